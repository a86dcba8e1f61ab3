import { expect, test } from 'vitest';
import { parseWhen } from './when';

const now = new Date(2026, 10, 21, 14, 30, 0);
const read = (text: string) => {
  const found = parseWhen(text, now);
  return 'time' in found ? found.time : found.error;
};

test.each([
  ['14:02', new Date(2026, 10, 21, 14, 2)],
  ['at 14:02', new Date(2026, 10, 21, 14, 2)],
  ['14:02:08.5', new Date(2026, 10, 21, 14, 2, 8, 500)],
  ['today 0:00', new Date(2026, 10, 21)],
  ['yesterday', new Date(2026, 10, 20)],
  ['yesterday 9:30', new Date(2026, 10, 20, 9, 30)],
  ['2026-11-20 08:00', new Date(2026, 10, 20, 8)],
  ['2026-11-20T08:00', new Date(2026, 10, 20, 8)],
  ['2026-11-20', new Date(2026, 10, 20)],
  ['15 min ago', new Date(2026, 10, 21, 14, 15)],
  ['90s', new Date(2026, 10, 21, 14, 28, 30)],
  ['1.5 h ago', new Date(2026, 10, 21, 13)],
  ['2 days ago', new Date(2026, 10, 19, 14, 30)],
  ['2026-11-20T08:00:00Z', new Date(Date.UTC(2026, 10, 20, 8))],
  ['now', now],
])('%s', (text, want) => expect(read(text)).toEqual(want));

test('a time of day later than now means yesterday', () => {
  expect(read('23:15')).toEqual(new Date(2026, 10, 20, 23, 15));
});

test.each(['', 'soon', '25:00', '14:60', '2026-02-30', '2026-13-01 10:00', '14'])(
  '%j is no time, and that is said',
  (text) => {
    expect(read(text)).toMatch(/Write a time|The hour|no day/);
  },
);
