import { expect, test } from 'vitest';
import { clientsWords, lagParts, sourceWords } from './client';
import { textOf } from './words';

test('only a client that does not keep up is called slow, and one that reads nothing more is worse', () => {
  expect(textOf(lagParts({ behind: 0 }, 'even'))).toBe('up to date');
  expect(textOf(lagParts({ behind: 12 }, 'even'))).toBe('12 messages');
  expect(textOf(lagParts({ behind: 1204 }, 'slow'))).toBe('slow, 1,204 messages');
  expect(textOf(lagParts({ behind: 1204 }, 'stalled'))).toBe('stopped reading, 1,204 messages');
});

test('a client without sources follows all', () => {
  expect(sourceWords({ sources: [], types: [] })).toBe('all');
  expect(sourceWords({ sources: ['a', 'b'], types: ['order.*'] })).toBe('a, b, only order.*');
});

test('the clients are summed up in sentences', () => {
  expect(clientsWords([])).toEqual([]);
  expect(clientsWords(['even', 'even'])).toEqual(['2 connected, all up to date.']);
  expect(clientsWords(['stalled', 'slow', 'even'])).toEqual([
    '3 connected, 1 of them up to date.',
    '1 has stopped reading.',
    '1 reads slowly.',
  ]);
});
