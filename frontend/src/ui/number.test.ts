import { expect, test } from 'vitest';
import { parseNumber } from './number';

test.each([
  ['', null],
  ['  ', null],
  ['42', 42],
  [' 4480 ', 4480],
  ['1,204', 1204],
  ['1 204 000', 1204000],
  ['-3', -3],
  ['2.5', 2.5],
  ['12,34', NaN],
  ['1e9', NaN],
  ['4480a', NaN],
])('%j reads as %s', (text, want) => {
  expect(parseNumber(text)).toBe(want);
});
