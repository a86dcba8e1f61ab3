import { expect, test } from 'vitest';
import { behindWords, sourceWords } from './client';

test('only a client that does not keep up is called slow', () => {
  expect(behindWords(0)).toBe('0');
  expect(behindWords(12)).toBe('12');
  expect(behindWords(1204)).toBe('1,204 slow');
});

test('a client without sources follows all', () => {
  expect(sourceWords({ sources: [], types: [] })).toBe('all');
  expect(sourceWords({ sources: ['a', 'b'], types: ['order.*'] })).toBe('a, b, only order.*');
});
