import { expect, test } from 'vitest';
import { parseTree } from './jsontree';

test('every digit, every name and their order are kept', () => {
  const tree = parseTree('{"b":12345678901234567890,"a":1.50,"a":1e400}');
  expect(tree?.children.map((c) => [c.name, c.text])).toEqual([
    ['"b"', '12345678901234567890'],
    ['"a"', '1.50'],
    ['"a"', '1e400'],
  ]);
});

test.each(['', 'text', '"a"', '12', '{"a":1', '{"a" 1}', '[1,]', '{a:1}', '[01]', '["\n"]', '[1] 2', '{"a":tru}'])(
  '%j is no object and no list',
  (text) => expect(parseTree(text)).toBeNull(),
);

test('text that is nested too deeply is not read', () => {
  expect(parseTree('['.repeat(100_000) + ']'.repeat(100_000))).toBeNull();
});

test('it reads what JSON.parse reads', () => {
  for (const text of ['{}', ' [ ] ', '{"a":{"b":[1,-2.5e-3,"\\u00e9\\"",true,false,null]}}']) {
    expect(parseTree(text)).not.toBeNull();
  }
});
