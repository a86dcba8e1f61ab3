import { expect, test } from 'vitest';
import { linesOf, parseTree } from './jsontree';

const lines = (text: string, shut: number[] = [], most = 1000) => linesOf(parseTree(text)!, new Set(shut), most);
const shown = (text: string, shut: number[] = []) =>
  lines(text, shut).map((l) => `${'  '.repeat(l.depth)}${l.name ? `${l.name}: ` : ''}${l.text}${l.comma ? ',' : ''}`);

test('every digit, every name and their order are kept', () => {
  expect(shown('{"b":12345678901234567890,"a":1.50,"a":1e400}')).toEqual([
    '{',
    '  "b": 12345678901234567890,',
    '  "a": 1.50,',
    '  "a": 1e400',
    '}',
  ]);
});

test('a small branch stays on one line', () => {
  expect(shown('{"items":[{"sku":"A-1840","qty":2}],"none":{},"list":[]}')).toEqual([
    '{',
    '  "items": [',
    '    { "sku": "A-1840", "qty": 2 }',
    '  ],',
    '  "none": {},',
    '  "list": []',
    '}',
  ]);
});

test('a folded branch takes one line and says how much it contains', () => {
  const text = '{"a":[[1],[2],[3]],"b":1}';
  expect(shown(text, [5])).toEqual(['{', '  "a": [ … ],', '  "b": 1', '}']);
  expect(lines(text, [5])[1].held).toBe(3);
});

test('no more lines are made than requested', () => {
  expect(lines(`[${'[[1]],'.repeat(10_000)}1]`, [], 50).length).toBeLessThan(60);
});

test.each(['', 'text', '"a"', '12', '{"a":1', '{"a" 1}', '[1,]', '{a:1}', '[01]', '["\n"]', '[1] 2', '{"a":tru}'])(
  '%j is no object and no list',
  (text) => expect(parseTree(text)).toBeNull(),
);

test('text that is nested too deeply is shown as text', () => {
  expect(parseTree('['.repeat(100_000) + ']'.repeat(100_000))).toBeNull();
});

test('it reads what JSON.parse reads', () => {
  for (const text of ['{}', ' [ ] ', '{"a":{"b":[1,-2.5e-3,"\\u00e9\\"",true,false,null]}}']) {
    expect(parseTree(text)).not.toBeNull();
  }
});
