import { expect, test } from 'vitest';
import { eventsOnly, filterPieces, markPieces, quoted, wantsEvents, withField, withOnly, withoutThat } from './filter';

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

test('quotation marks hold the commas of a list', () => {
  const text = 'event:"a b,c","d e",f x source:g,"h i" -is:gap,note';
  expect(filterPieces(text).flatMap((p) => (p.kind === 'space' ? [] : [p.text]))).toEqual([
    'event:"a b,c","d e",f',
    'x',
    'source:g,"h i"',
    '-is:gap,note',
  ]);
});

test('a single minus is a word', () => expect(filterPieces('-')[0].kind).toBe('text'));

test('fields, expressions and groups are tokens', () => {
  const text = '-(a or $.items[*]["a b"] >= "x y") and /two words/i -$.a:/b c/ $.b /api/v1 source:pay* f(x) $5 ($ > 5)';
  const pieces = filterPieces(text);
  expect(pieces.map((p) => p.text).join('')).toBe(text);
  expect(pieces.filter((p) => p.kind !== 'space').map((p) => `${p.kind} ${p.text}`)).toEqual([
    'operator -(',
    'text a',
    'operator or',
    'field $.items[*]["a b"] >= "x y"',
    'operator )',
    'operator and',
    'regexp /two words/i',
    'field -$.a:/b c/',
    'field $.b',
    'text /api/v1',
    'key source:pay*',
    'text f(x)',
    'text $5',
    'operator (',
    'field $ > 5',
    'operator )',
  ]);
});

test('a type replaces the previous one', () => {
  expect(withOnly('event:a card', 'event', 'order.paid')).toBe('event:order.paid card');
  expect(withOnly('', 'event', 'two words')).toBe('event:"two words"');
  expect(withOnly('-event:x (event:y or z)', 'event', 'x')).toBe('event:x (event:y or z)');
  expect(withOnly('a or b', 'source', 'pay')).toBe('source:pay (a or b)');
});

test('what is not wanted is added, once, and replaces its opposite', () => {
  expect(withoutThat('event:a card', 'event', 'a')).toBe('card -event:a');
  expect(withoutThat('card -event:a', 'event', 'a')).toBe('card -event:a');
  expect(withoutThat('a or b', 'source', 'x y')).toBe('(a or b) -source:"x y"');
});

test('a value of a field is added as it was sent', () => {
  expect(withField('', '$.total', '12345678901234567890.50')).toBe('$.total = 12345678901234567890.50');
  expect(withField('paid', '$.state', '"p\\u0061id"', true)).toBe('paid -$.state = "paid"');
  expect(withField('', '$.path', '"C:\\\\ \\"x\\""')).toBe('$.path = "C:\\ \\"x\\""');
  expect(withField('$.a = 1 b', '$.a', '1', true)).toBe('b -$.a = 1');
  expect(withField('', '$.items', '[')).toBe('$.items');
  expect(withField('', '$["a-b"]["c \\u0064 \\"\\\\"][0]', 'true')).toBe('$.a-b["c d \\"\\\\"][0] = true');
});

test('a long value, and one that is cut, is found by its beginning', () => {
  expect(withField('', '$.a', `"${'x'.repeat(1001)}"`)).toBe(`$.a : "${'x'.repeat(200)}"`);
  expect(withField('', '$.a', `"${'x'.repeat(199)}🚂${'x'.repeat(1000)}"`)).toBe(`$.a : "${'x'.repeat(199)}"`);
  expect(withField('', '$.a', '"cut \\u00')).toBe('$.a : "cut "');
  expect(withField('', '$.a', '1'.repeat(301))).toBe(`$.a : "${'1'.repeat(200)}"`);
  const deep = '.a'.repeat(33);
  expect(withField('', `$${deep}`, '"b"')).toBe(`$${'.a'.repeat(32)} : "b"`);
  expect(withField('', `$${deep}`, '{')).toBe(`$${'.a'.repeat(32)}`);
});

test('an id replaces the previous one', () => {
  expect(withOnly('id:1 paid', 'id', '88 405')).toBe('id:"88 405" paid');
  expect(withoutThat('id:1', 'id', '1')).toBe('-id:1');
});

test('a text is put in quotation marks where it needs them', () => {
  expect(['paid', 'a b', 'or', '-a', 'a"b', 'end\\', '', '$.x', '订单'].map(quoted)).toEqual([
    'paid',
    '"a b"',
    '"or"',
    '"-a"',
    '"a\\"b"',
    '"end\\\\"',
    '""',
    '"$.x"',
    '订单',
  ]);
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
  expect(wantsEvents('is:gap or paid')).toBe(true);
  expect(['', 'is:event x', 'is:gap,event', '-is:gap', '"is:gap"'].map(wantsEvents)).not.toContain(false);
  expect(['is:bookmarked', 'is:gap,bookmarked', '-is:bookmarked'].map(wantsEvents)).not.toContain(false);
  expect(
    ['is:gap', 'x is:"gap,note"', '-is:event', 'is:event -is:event', 'is:gap is:bookmarked'].map(wantsEvents),
  ).not.toContain(true);
});

test('one term hides gaps and notes, and replaces others for kinds', () => {
  expect(eventsOnly(' paid  -is:note "a b"')).toBe('is:event paid "a b"');
  expect(eventsOnly('is:gap is:bookmarked')).toBe('is:event is:bookmarked');
});
