import { beforeAll, expect, test } from 'vitest';
import { loadReadTime, type ReadTime } from './when';

const now = new Date(2026, 10, 21, 14, 30, 0);
let readTime: ReadTime;
beforeAll(async () => {
  readTime = await loadReadTime();
});
const read = (text: string) => readTime(text, now);

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
  ['-1h', new Date(2026, 10, 21, 13, 30)],
  ['-90s', new Date(2026, 10, 21, 14, 28, 30)],
  ['2h', new Date(2026, 10, 21, 12, 30)],
  ['5m', new Date(2026, 10, 21, 14, 25)],
  ['yesterday 9:00', new Date(2026, 10, 20, 9)],
  ['9am', new Date(2026, 10, 21, 9)],
  ['Nov 3 14:00', new Date(2026, 10, 3, 14)],
  ['monday 9:00', new Date(2026, 10, 16, 9)],
  ['15分钟前', new Date(2026, 10, 21, 14, 15)],
  ['昨天 9:00', new Date(2026, 10, 20, 9)],
  ['昨天下午3点', new Date(2026, 10, 20, 15)],
  ['2026年11月20日', new Date(2026, 10, 20)],
])('%s', (text, want) => expect(read(text)).toEqual(want));

test('a time of day later than now means yesterday', () => {
  expect(read('23:15')).toEqual(new Date(2026, 10, 20, 23, 15));
});

test.each(['', 'soon', '25:00', '14:60', '2026-02-30', '2026-13-01 10:00', '14', 'at noon or so', '-1h and a bit'])(
  '%j is no time',
  (text) => expect(read(text)).toBeNull(),
);
