import { expect, test } from 'vitest';
import type { Histogram } from '../bridge/types';
import {
  add,
  emptyTally,
  endOf,
  flattens,
  gridOf,
  gridUntil,
  lanesOf,
  slide,
  SPANS,
  stretchAt,
  sum,
  ticks,
} from './tally';

const MIN = 60_000;
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const answer = (from: number, lanes: Record<string, number[]>, more: Partial<Histogram> = {}): Histogram => ({
  from: new Date(from).toISOString(),
  to: '',
  width_ms: 10_000,
  lanes: Object.entries(lanes).map(([name, counts]) => ({ name, counts, total: 0 })),
  other: [],
  gaps: [],
  first: 'k.1',
  last: 'k.9',
  reached: '',
  more: false,
  ...more,
});

test.each(SPANS)(
  'a picture of %d ms has at most 120 bars, ends with the bar of now, and stays until that is over',
  (span) => {
    const now = at('14:02:08');
    const grid = gridUntil(now, span);
    expect(grid.n).toBeLessThanOrEqual(120);
    expect(stretchAt(grid, now)).toBe(grid.n - 1);
    expect(endOf(grid) - grid.from).toBeGreaterThanOrEqual(span);
    expect(gridUntil(endOf(grid) - 1, span)).toEqual(grid);
    expect(gridUntil(endOf(grid), span).from).toBe(grid.from + grid.step);
    // A picture that stops moving has the same bars.
    expect(gridOf(grid.from, endOf(grid))).toEqual(grid);
  },
);

test('a grid has round times around a time', () => {
  const grid = gridOf(at('14:02:08.132'), at('14:17:03'));
  expect(grid).toEqual({ from: at('14:02:00'), step: 10_000, n: 91 });
  expect(ticks(grid, 7)).toEqual([at('14:05:00'), at('14:10:00'), at('14:15:00')]);
});

test('counts are added by name, the largest first, and the smallest are one lane', () => {
  const grid = gridUntil(at('14:02:08'), 15 * MIN);
  let tally = add(emptyTally(grid), answer(grid.from, { a: [0, 1, 2, 2], b: [5, 9] }, { gaps: [3, 1], other: [7, 2] }));
  tally = add(tally, answer(grid.from, { c: [1, 20], a: [0, 4] }));
  expect(lanesOf(tally, 9).map((l) => [l.name, l.total])).toEqual([
    ['c', 20],
    ['b', 9],
    ['a', 7],
    [null, 2],
  ]);
  expect(lanesOf(tally, 2).map((l) => [l.name, l.total])).toEqual([
    ['c', 20],
    [null, 18],
  ]);
  expect([tally.lanes.get('a')!.slice(0, 4), tally.gaps[3]]).toEqual([[5, 0, 2, 0], 1]);
  // What comes live does not change the order.
  tally = add(tally, answer(grid.from, { a: [0, 100], d: [0, 200] }), true);
  expect([...tally.lanes.keys()]).toEqual(['c', 'b', 'a', 'd']);
});

test('a picture that moves on drops its oldest bars, and takes late answers where they belong', () => {
  const before = gridUntil(at('14:02:08'), 15 * MIN);
  const tally = add(
    emptyTally(before),
    answer(before.from, { a: [0, 7, 89, 3], old: [1, 4] }, { gaps: [1, 1, 89, 1] }),
  );
  const grid = gridUntil(at('14:02:38'), 15 * MIN);
  const moved = slide(tally, grid);
  expect([...moved.lanes.keys()]).toEqual(['a']);
  expect([moved.lanes.get('a')![86], sum(moved.lanes.get('a')!), sum(moved.gaps)]).toEqual([3, 3, 1]);
  const late = add(moved, answer(before.from, { a: [0, 9, 89, 1] }));
  expect([late.lanes.get('a')![86], sum(late.lanes.get('a')!)]).toEqual([4, 4]);
});

test('the square root is chosen where one lane flattens another, and stays until that is clearly over', () => {
  const lanes = (...most: number[]) => most.map((n) => ({ name: '', total: n, counts: [0, n] }));
  expect(flattens(lanes(100, 9), false)).toBe(false);
  expect(flattens(lanes(100, 8), false)).toBe(true);
  expect(flattens(lanes(100, 24), true)).toBe(true);
  expect(flattens(lanes(100, 26), true)).toBe(false);
  expect(flattens(lanes(100, 0), false)).toBe(false);
  expect(flattens([], false)).toBe(false);
});
