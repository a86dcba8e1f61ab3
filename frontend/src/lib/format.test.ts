import { afterEach, expect, test } from 'vitest';
import { ago, brief, bytes, clock, count, day, duration, list, micros, percent, perSecond, when } from './format';
import { language } from './language.svelte';

afterEach(() => {
  language.choice = 'system';
});

test('numbers carry commas between thousands', () => {
  expect(count(2_184_022)).toBe('2,184,022');
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
  [1023, '1,023 bytes'],
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

test('names are listed as a sentence lists them', () => {
  expect(list(['a'])).toBe('a');
  expect(list(['a', 'b', 'c'])).toBe('a, b, and c');
});

test('in Chinese, numbers and times have Chinese units', () => {
  language.choice = 'zh';
  expect(count(2_184_022)).toBe('2,184,022');
  expect(list(['a', 'b', 'c'])).toBe('a、b和c');
  expect([bytes(1), bytes(366), bytes(1536)]).toEqual(['1 字节', '366 字节', '1.5 KB']);
  expect([212, 3200, 12_000, 60_000, 200_000].map(duration)).toEqual([
    '212 ms',
    '3.2 秒',
    '12 秒',
    '1 分钟',
    '3 分 20 秒',
  ]);
  expect([7_200_000, 8_040_000, 86_400_000, 3_600_000 * 98].map(duration)).toEqual([
    '2 小时',
    '2 小时 14 分',
    '1 天',
    '4 天 2 小时',
  ]);
  expect([300, 12_400, 119_000].map(ago)).toEqual(['刚刚', '12 秒前', '1 分钟前']);
  expect([412, 84_210, 2_300_000].map(micros)).toEqual(['0.41 ms', '84 ms', '2.3 秒']);
});

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
