import { expect, test } from 'vitest';
import { filterTime, timesOf } from './filtertime';

const now = new Date(2026, 10, 22, 14, 2, 8).getTime();
const at = (...parts: [number, number, number, number?, number?, number?]) => new Date(...parts).getTime();

test('a time is read as the server reads it', () => {
  for (const [text, want] of [
    ['-15m', now - 900_000],
    ['1h30m', now - 5_400_000],
    ['2 days ago', now - 172_800_000],
    ['1.5h', now - 5_400_000],
    ['now', now],
    ['Today', at(2026, 10, 22)],
    ['yesterday', at(2026, 10, 21)],
    ['14:02', at(2026, 10, 22, 14, 2)],
    ['14:02:09', at(2026, 10, 21, 14, 2, 9)],
    ['9:30', at(2026, 10, 22, 9, 30)],
    ['2026-11-20', at(2026, 10, 20)],
    ['2026-11-20T14:02', at(2026, 10, 20, 14, 2)],
    ['2026-11-20 14:02:08', at(2026, 10, 20, 14, 2, 8)],
    ['2026-11-20T14:02:08+08:00', Date.parse('2026-11-20T06:02:08Z')],
  ] as const) {
    expect(filterTime(text, now), text).toBe(want);
  }
  const none = [
    '',
    '-',
    '5',
    '-5',
    'm',
    '-15x',
    '25:00',
    '2026-13-01',
    '2026-02-30',
    '2026-11',
    '12h:',
    '1e3s',
    'tomorrow',
    '..5m',
  ];
  expect(none.filter((text) => filterTime(text, now) !== null)).toEqual([]);
});

test('the times of a filter are said in words', () => {
  expect(timesOf('paid after:14:02 before:"2026-11-20 9:00"', now)).toEqual(['after 14:02 today']);
  expect(timesOf('after:yesterday before:"2026-11-20 09:00"', now)).toEqual([
    'after 00:00 yesterday',
    'before 09:00 on 2026-11-20',
  ]);
  expect(timesOf('-after:13:59:30 "after:14:00" after:x', now)).toEqual(['before 13:59:30 today']);
});
