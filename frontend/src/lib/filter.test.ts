import { expect, test } from 'vitest';
import { filterPieces, withType } from './filter';

test('the pieces are told apart, and joined they are the text again', () => {
  const text = 'event:order.* "two words" -heartbeat  id:88405 "open';
  const pieces = filterPieces(text);
  expect(pieces.map((p) => p.text).join('')).toBe(text);
  expect(pieces.filter((p) => p.kind !== 'space').map((p) => p.kind)).toEqual([
    'type',
    'text',
    'without',
    'id',
    'text',
  ]);
});

test('a minus alone is a word', () => expect(filterPieces('-')[0].kind).toBe('text'));

test('a type takes the place of the one before', () => {
  expect(withType('event:a card', 'order.paid')).toBe('event:order.paid card');
  expect(withType('', 'two words')).toBe('event:"two words"');
});
