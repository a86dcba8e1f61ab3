import { expect, test } from 'vitest';
import { numbersIn, plainValue, shortPath, stepsOf, valuesAt } from './field';

test('paths are read as the server reads them', () => {
  expect(stepsOf('$')).toEqual([]);
  expect(stepsOf('$.a.b[0]["x y"]["\\""]')).toEqual(['a', 'b', 0, 'x y', '"']);
  expect(stepsOf('$.\u652f\u4ed8')).toEqual(['\u652f\u4ed8']);
  for (const wrong of ['', 'a', '$a', '$.', '$[x]', '$[0']) expect([wrong, stepsOf(wrong)]).toEqual([wrong, null]);
});

test('values keep their digits; objects and lists are only named', () => {
  const data = '{"n":10000000000000000001,"t":1284.50,"a":1,"a":2,"l":[{"s":"x\\"y"}],"\\u0062":null}';
  expect(valuesAt(data, ['$.n', '$.t', '$.a', '$.l', '$.l[0]', '$.l[0].s', '$.b', '$.none', '$.n.x'])).toEqual([
    '10000000000000000001',
    '1284.50',
    '2',
    '[',
    '{',
    '"x\\"y"',
    'null',
    null,
    null,
  ]);
  expect(valuesAt('no JSON', ['$.a'])).toEqual([null]);
});

test('a value and a path as a person reads them', () => {
  expect(['"x\\"y"', '1284.50', '{', '"cut of'].map(plainValue)).toEqual([
    'x"y',
    '1284.50',
    '{\u2026}',
    'cut of\u2026',
  ]);
  expect(['$.items[0].sku', '$', '$[3]'].map(shortPath)).toEqual(['sku', '$', '$[3]']);
});

test('all numbers of a text, by their paths', () => {
  expect([...numbersIn('{"a":1,"l":[{"q":2.50},"x"],"a b":{"n":-3e2},"a":4}')]).toEqual([
    ['$.a', '4'],
    ['$.l[0].q', '2.50'],
    ['$["a b"].n', '-3e2'],
  ]);
});
