import { expect, test } from 'vitest';
import { ago, brief, bytes, clock, count, day, duration, percent, perSecond, plural, when } from './format';

test('numbers carry commas between thousands', () => {
  expect(count(2_184_022)).toBe('2,184,022');
  expect(plural(1, 'client')).toBe('1 client');
  expect(plural(1204, 'client')).toBe('1,204 clients');
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1k'],
  [1290, '1.2k'],
  [34_999, '34k'],
  [2_000_000, '2M'],
])('%d in a badge is %s', (n, want) => expect(brief(n)).toBe(want));

test.each([
  [0, '0'],
  [0.01, '<0.1'],
  [0.42, '0.4'],
  [9.94, '9.9'],
  [9.96, '10'],
  [1284.4, '1,284'],
])('a rate of %d is %s', (rate, want) => expect(perSecond(rate)).toBe(want));

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1 KB'],
  [1536, '1.5 KB'],
  [1_048_575, '1 MB'],
  [851_443_712, '812 MB'],
  [2 ** 31, '2 GB'],
])('%d bytes are %s', (n, want) => expect(bytes(n)).toBe(want));

test.each([
  [-5, '0 ms'],
  [0.8, '0.8 ms'],
  [84.2, '84 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [3200, '3.2 s'],
  [9949, '9.9 s'],
  [12_000, '12 s'],
  [59_600, '1 min'],
  [200_000, '3 min 20 s'],
  [3_599_000, '59 min'],
  [8_040_000, '2 h 14 min'],
  [3_600_000 * 98, '4 d 2 h'],
])('%d ms are %s', (ms, want) => expect(duration(ms)).toBe(want));

test('an age changes slowly enough to be read', () => {
  expect(ago(300)).toBe('just now');
  expect(ago(12_400)).toBe('12 s ago');
  expect(ago(119_000)).toBe('1 min ago');
});

test('a time is local, and has no date if it is today', () => {
  const t = new Date(2026, 10, 21, 14, 2, 8, 132).getTime();
  expect(clock(t)).toBe('14:02:08.132');
  expect(day(t)).toBe('2026-11-21');
  expect(when(t, t + 1000)).toBe('14:02:08');
  expect(when(t, t + 86_400_000)).toBe('2026-11-21 14:02:08');
});

test('less than the whole day is never rounded up to all of it', () => {
  expect(percent(1)).toBe('100 %');
  expect(percent(0.99999)).toBe('99.99 %');
  expect(percent(0.9994)).toBe('99.94 %');
});
