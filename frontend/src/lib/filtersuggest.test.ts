import { expect, test } from 'vitest';
import { suggest, type Known } from './filtersuggest';

const now = new Date(2026, 10, 22, 14, 2, 8).getTime();
const known: Known = {
  sources: ['orders', 'two words', 'payments'],
  types: new Map([
    ['order.paid', 3],
    ['order.sent', 9],
    ['stock, low', 1],
  ]),
  fields: new Map([
    ['$.state', new Map([['"paid"', 2], ['"in transit"', 5], ['"a\\"b"', 1]])],
    ['$.items[*].sku', new Map([['"A-1"', 1]])],
    ['$["a b"]', new Map([['12.50', 1], ['true', 2]])],
  ]),
}; // prettier-ignore

/** What the filter would become with each suggestion at the sign |. */
function texts(marked: string, asked = false): string[] {
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = suggest(text, at, known, now, asked);
  return found ? found.list.map((s) => text.slice(0, found.from) + s.text + text.slice(found.to)) : [];
}

test('types and sources are completed, also in lists and in quotation marks', () => {
  expect(texts('event:|')).toEqual(['event:order.*', 'event:order.sent', 'event:order.paid', 'event:"stock, low"']);
  expect(texts('x -event:order.sent,pa|')).toEqual(['x -event:order.sent,order.paid']);
  expect(texts('event:a,"sto|')).toEqual(['event:a,"stock, low"']);
  expect(texts('(source:wor| a)')).toEqual(['(source:"two words" a)']);
  expect(texts('source:pay|ments')).toEqual(['source:payments']);
  expect(texts('is:gap,|')).toEqual(['is:gap,event', 'is:gap,gap', 'is:gap,note', 'is:gap,bookmarked']);
});

test('fields and their values are completed', () => {
  expect(texts('-$.|')).toEqual(['-$.state', '-$.items[*].sku']);
  expect(texts('a ($["|')).toEqual(['a ($["a b"]']);
  expect(texts('$.items[*|')).toEqual(['$.items[*].sku']);
  expect(texts('$.state = |')).toEqual(['$.state = "in transit"', '$.state = "paid"', '$.state = "a\\"b"']);
  expect(texts('$.state!=pa|')).toEqual(['$.state!="paid"']);
  expect(texts('$.state : "in t|')).toEqual(['$.state : "in transit"']);
  expect(texts('$["a b"] >= 1|')).toEqual(['$["a b"] >= 12.50']);
});

test('a word is completed to what has it, from two characters on', () => {
  expect(texts('e|')).toEqual(['event:']);
  expect(texts('-ord|')).toEqual([
    '-event:order.*',
    '-event:order.sent',
    '-event:order.paid',
    '-source:orders',
    '-source:"two words"',
  ]);
  expect(texts('sta|')).toEqual(['$.state']);
  expect(texts('|')).toEqual([]);
  expect(texts('|', true).slice(0, 3)).toEqual(['event:', 'source:', '$.']);
});

test('what is complete, in a phrase, or unknown has no suggestion', () => {
  for (const text of ['source:orders|', '"two wor|', '/a b/|', 'event:"order.paid"|', '$.none = |', 'id:8|', 'a |']) {
    expect(texts(text), text).toEqual([]);
  }
});

test('times are completed, and say what they mean', () => {
  const found = suggest('after:', 6, known, now)!;
  expect(found.list[0]).toMatchObject({ text: '-5m', detail: 'after 13:57:08 today' });
  expect(texts('before:yes|')).toEqual(['before:yesterday']);
  expect(texts('after:13:|')).toEqual([]);
});
