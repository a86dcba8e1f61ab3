import { expect, test } from 'vitest';
import { findStamp } from './stamp';

const at = Date.UTC(2026, 10, 21, 14, 2, 8);

test.each([
  ['{"at":"2026-11-21T14:02:08Z"}', '$.at'],
  ['{"time":"2026-11-21T15:02:08+01:00"}', '$.time'],
  [`{"timestamp":${at / 1000}}`, '$.timestamp'],
  [`{"ts":${at}}`, '$.ts'],
  [`{"ts":${at}000}`, '$.ts'],
  [`{"ts":${at}000000}`, '$.ts'],
])('%s', (data, path) => {
  const stamp = findStamp(data);
  expect(stamp?.path).toBe(path);
  expect(stamp?.time).toBeCloseTo(at, -1);
});

test.each([
  ['{"at":"2026-11-21T14:02:08"}', 'a time without its zone'],
  ['{"at":42}', 'a number that is no time'],
  ['{"at":"soon"}', 'words'],
  ['{"order":1}', 'no time at all'],
  ['at 14:02', 'no JSON'],
  ['{"at":', 'broken JSON'],
  ['[1732197728]', 'a list'],
])('%s is %s', (data) => expect(findStamp(data)).toBeNull());
