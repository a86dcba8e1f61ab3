import { expect, test } from 'vitest';
import { eventsOnly, filterPieces, markPieces, wantsEvents, withType } from './filter';

test('the pieces are told apart, and joined they are the text again', () => {
  const text = 'event:order.* "two words" -heartbeat  id:88405 -is:"gap" "open';
  const pieces = filterPieces(text);
  expect(pieces.map((p) => p.text).join('')).toBe(text);
  expect(pieces.filter((p) => p.kind !== 'space').map((p) => p.kind)).toEqual([
    'type',
    'text',
    'without',
    'id',
    'is',
    'text',
  ]);
});

test('a minus alone is a word', () => expect(filterPieces('-')[0].kind).toBe('text'));

test('a type takes the place of the one before', () => {
  expect(withType('event:a card', 'order.paid')).toBe('event:order.paid card');
  expect(withType('', 'two words')).toBe('event:"two words"');
});

const wrongIn = (text: string, offset: number, length: number) => {
  const pieces = markPieces(filterPieces(text), { offset, length });
  expect(pieces.map((p) => p.text).join('')).toBe(text);
  return pieces.filter((p) => p.wrong).map((p) => p.text);
};

test('what the server refused is marked where it stands, whatever space and characters come before', () => {
  expect(wrongIn('paid source:orders', 5, 7)).toEqual(['source:']);
  expect(wrongIn('  🚂 -foo:bar ', 3, 4)).toEqual(['foo:']);
  expect(wrongIn('a "open and more', 2, 14)).toEqual(['"open and more']);
  expect(wrongIn('short', 9, 4)).toEqual([]);
});

test('a filter shows events unless its kinds leave them out', () => {
  expect(['', 'is:event x', 'is:gap,event', '-is:gap', '"is:gap"'].map(wantsEvents)).not.toContain(false);
  expect(['is:gap', 'x is:"gap,note"', '-is:event', 'is:event -is:event'].map(wantsEvents)).not.toContain(true);
});

test('gaps and notes are hidden by one term, which takes the place of others of its sort', () => {
  expect(eventsOnly(' paid  -is:note "a b"')).toBe('is:event paid "a b"');
});
