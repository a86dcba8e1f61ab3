import { expect, test } from 'vitest';
import { eventsOnly, filterPieces, markPieces, wantsEvents, withType } from './filter';

test('the tokens have their kinds, and joined they are the text', () => {
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

test('a single minus is a word', () => expect(filterPieces('-')[0].kind).toBe('text'));

test('a type replaces the previous one', () => {
  expect(withType('event:a card', 'order.paid')).toBe('event:order.paid card');
  expect(withType('', 'two words')).toBe('event:"two words"');
});

const wrongIn = (text: string, offset: number, length: number) => {
  const pieces = markPieces(filterPieces(text), { offset, length });
  expect(pieces.map((p) => p.text).join('')).toBe(text);
  return pieces.filter((p) => p.wrong).map((p) => p.text);
};

test('the refused part of a filter is marked, whatever precedes it', () => {
  expect(wrongIn('paid source:orders', 5, 7)).toEqual(['source:']);
  expect(wrongIn('  🚂 -foo:bar ', 3, 4)).toEqual(['foo:']);
  expect(wrongIn('a "open and more', 2, 14)).toEqual(['"open and more']);
  expect(wrongIn('short', 9, 4)).toEqual([]);
});

test('a filter shows events unless its kinds exclude them', () => {
  expect(['', 'is:event x', 'is:gap,event', '-is:gap', '"is:gap"'].map(wantsEvents)).not.toContain(false);
  expect(['is:gap', 'x is:"gap,note"', '-is:event', 'is:event -is:event'].map(wantsEvents)).not.toContain(true);
});

test('one term hides gaps and notes, and replaces others for kinds', () => {
  expect(eventsOnly(' paid  -is:note "a b"')).toBe('is:event paid "a b"');
});
