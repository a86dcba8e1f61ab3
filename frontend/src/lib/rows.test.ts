import { expect, test } from 'vitest';
import { inSight, rowAt, topOf, type Rows } from './rows';

const rows: Rows = {
  count: 2000,
  height: 28,
  extra: [
    [2, 300],
    [5, 100],
  ],
};

test('rows below an opened one begin lower', () => {
  expect([0, 2, 3, 5, 6, 2000].map((i) => topOf(rows, i))).toEqual([0, 56, 384, 440, 568, 56_400]);
});

test('each height belongs to the row that is drawn there', () => {
  for (let i = 0; i < 20; i++) {
    expect(rowAt(rows, topOf(rows, i))).toBe(i);
    expect(rowAt(rows, topOf(rows, i + 1) - 1)).toBe(i);
  }
  expect([rowAt(rows, -50), rowAt(rows, 1e9)]).toEqual([0, 1999]);
});

test('only the rows in sight are drawn, and a few more', () => {
  expect(inSight(rows, 0, 280, 5)).toEqual({ first: 0, end: 8 });
  expect(inSight(rows, 30_000, 30_280, 5)).toEqual({ first: 1052, end: 1073 });
  expect(inSight({ ...rows, count: 0 }, 0, 280, 5)).toEqual({ first: 0, end: 0 });
});
