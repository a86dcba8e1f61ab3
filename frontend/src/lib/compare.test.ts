import { expect, test } from 'vitest';
import { compare, type DiffLine } from './compare';
import { rowsOf } from './folds';

/** The lines as text, with what changed between « and ». */
const drawn = (lines: readonly DiffLine[]): string[] =>
  lines.map(({ sign, text, marks }) => {
    let [out, done] = ['', 0];
    for (const [from, to] of marks) {
      out += `${text.slice(done, from)}«${text.slice(from, to)}»`;
      done = to;
    }
    return sign + out + text.slice(done);
  });

test('fields that changed are pairs, and only what changed in them is marked', () => {
  const old = '{"order":70009,"total":312.40,"paid_with":"card","at":"2026-11-21T10:40:51.906Z"}';
  const fresh =
    '{"order":70012,"total":1284.50,"paid_with":"invoice","due":"2026-12-21","at":"2026-11-21T10:41:18.091Z"}';
  const found = compare(old, fresh);
  expect(drawn(found.lines)).toEqual([
    ' {',
    '-  "order": «70009»,',
    '+  "order": «70012»,',
    '-  "total": «312.40»,',
    '+  "total": «1284.50»,',
    '-  "paid_with": "«card»",',
    '+  "paid_with": "«invoice»",',
    '+  "due": "2026-12-21",',
    '-  "at": "2026-11-21T10:«40:51.906»Z"',
    '+  "at": "2026-11-21T10:«41:18.091»Z"',
    ' }',
  ]);
  expect([found.json, found.changed, found.added, found.gone]).toEqual([true, 4, 1, 0]);
});

test('digits, the order of names and names that occur twice are compared as they were sent', () => {
  expect(drawn(compare('{"n":10000000000000001,"x":1.10}', '{"n":10000000000000002,"x":1.1}').lines)).toEqual([
    ' {',
    '-  "n": «10000000000000001»,',
    '+  "n": «10000000000000002»,',
    '-  "x": «1.10»',
    '+  "x": «1.1»',
    ' }',
  ]);
  expect(drawn(compare('{"a":1,"b":2}', '{"b":2,"a":1}').lines)).toEqual([
    ' {',
    '-  "a": 1,',
    '   "b": 2,',
    '+  "a": 1',
    ' }',
  ]);
  expect(compare('{"a":1,"a":2}', '{"a":2}')).toMatchObject({ changed: 0, gone: 1, added: 0 });
});

test('a comma that only says that more follows is no difference', () => {
  expect(drawn(compare('{"a":1}', '{"a":1,"b":2}').lines)).toEqual([' {', '   "a": 1,', '+  "b": 2', ' }']);
});

test('what is no JSON is compared line by line', () => {
  const found = compare('{"a":1', '{"a":1\nb');
  expect([found.json, ...drawn(found.lines)]).toEqual([false, ' {"a":1', '+b']);
  expect(drawn(compare('支付完成', '支付失败').lines)).toEqual(['-支付«完成»', '+支付«失败»']);
  expect(drawn(compare('one\r\ntwo', 'one\ntwo').lines)).toEqual([' one', ' two']);
});

test('texts without a difference, and empty ones', () => {
  expect(compare('{"a":[1,{"b":2}]}', '{ "a": [1, {"b": 2}] }')).toMatchObject({ changed: 0, added: 0, gone: 0 });
  expect(drawn(compare('', 'x').lines)).toEqual(['-', '+«x»']);
});

test('texts that differ in too many lines are shown whole', () => {
  const text = (n: number) => JSON.stringify(Array.from({ length: 6000 }, (_, i) => i * 2 + n));
  const found = compare(text(0), text(1));
  expect(found.lines.filter((l) => l.sign === ' ').map((l) => l.text)).toEqual(['[', ']']);
  expect(found.changed + found.added).toBe(6000);
  expect(found.changed + found.gone).toBe(6000);
});

const folded = (lines: DiffLine[], only: boolean, opened: number[] = []) =>
  rowsOf(lines, only, new Set(opened)).map((row) => ('line' in row ? row.line.sign + row.line.text.trim() : row.count));

test('lines that are alike fold far from a difference, and open again', () => {
  const value = (last: number) =>
    JSON.stringify({ a: 1, b: 2, c: 3, d: 4, e: 5, f: { x: [1, 2, { y: [{}, { z: last }] }] } });
  const { lines } = compare(value(8), value(9));
  const at = lines.findIndex((l) => l.text.includes('"z"'));
  expect(at).toBeGreaterThan(0);
  expect(folded(lines, true)).toEqual([
    ' {',
    5,
    ' "f": {',
    ' "x": [',
    2,
    ' {',
    ' "y": [',
    ' {},',
    '-{ "z": 8 }',
    '+{ "z": 9 }',
    5,
  ]);
  expect(folded(lines, true, [1]).slice(0, 7)).toEqual([
    ' {',
    ' "a": 1,',
    ' "b": 2,',
    ' "c": 3,',
    ' "d": 4,',
    ' "e": 5,',
    ' "f": {',
  ]);
  expect(folded(compare('{"a":1,"b":2}', '{"a":1,"b":3}').lines, false)).toEqual([
    ' {',
    ' "a": 1,',
    '-"b": 2',
    '+"b": 3',
    ' }',
  ]);
});
