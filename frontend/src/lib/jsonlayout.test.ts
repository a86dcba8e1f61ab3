import { expect, test } from 'vitest';
import { findFault } from './jsonfault';
import { Broken, Layout } from './jsonlayout';

interface Options {
  part?: number;
  folding?: boolean;
  partial?: boolean;
}

function read(text: string, { part = 1e9, ...options }: Options = {}) {
  const layout = new Layout(text, options);
  let out = '';
  const folds: number[] = [];
  const opens: number[] = [];
  for (let lines; (lines = layout.next(part));) {
    out += lines.text;
    folds.push(...lines.folds);
    opens.push(lines.open);
  }
  return { layout, out, folds, opens };
}

const where = (text: string, line: number, column = 1000) => {
  const { layout } = read(text);
  const spot = layout.spot(line, column);
  return spot && [spot.path, text.slice(spot.from, spot.to)];
};

test('every digit, every name and their order are kept', () => {
  expect(read('{"b":12345678901234567890,"a":1.50,"a":1e400,"u":"\\u00e9"}').out).toBe(
    '{\n  "b": 12345678901234567890,\n  "a": 1.50,\n  "a": 1e400,\n  "u": "\\u00e9"\n}',
  );
});

test('a small branch stays on one line', () => {
  expect(read('{"items":[{"sku":"A-1840","qty":2}],"none":{ },"list":[],"in":[[],{}]}').out).toBe(
    '{\n  "items": [\n    { "sku": "A-1840", "qty": 2 }\n  ],\n  "none": {},\n  "list": [],\n  "in": [ [], {} ]\n}',
  );
});

test('however small the parts are, they join to the same lines', () => {
  const text = JSON.stringify({ a: [[1], [2, [3]], { b: { c: [null, true, 'x'.repeat(60)] } }], d: {} });
  const whole = read(text).out;
  expect(JSON.parse(whole)).toEqual(JSON.parse(text));
  for (const part of [1, 7, 40]) expect(read(text, { part }).out).toBe(whole);
});

test('branches past depth two are folded, also before their end is reached', () => {
  const long = 'x'.repeat(60);
  const text = `{"a":{"b":["${long}","${long}"],"c":[["${long}"]]}}`;
  const { out, folds } = read(text, { folding: true });
  const folded: [string, number][] = [];
  for (let i = 0; i < folds.length; i += 3) {
    folded.push([out.slice(folds[i] - 5, folds[i]) + out.slice(folds[i + 1], folds[i + 1] + 1), folds[i + 2]]);
  }
  expect(folded).toEqual([
    ['b": []', 2],
    ['c": []', 1],
  ]);
  const begins = out.indexOf('"b": [') + 6;
  expect(read(text, { folding: true, part: 80 }).opens).toContain(begins);
});

test('unfolding a branch gives the folds of those directly in it', () => {
  const long = 'x'.repeat(60);
  const { layout, out } = read(`{"a":[{"b":["${long}"],"c":1,"d":["${long}",2]}]}`);
  const folds = layout.folds(2);
  expect([...folds].filter((_, i) => i % 3 === 2)).toEqual([3, 1, 2]);
  expect(out.slice(folds[0] - 5, folds[0])).toBe('    {');
  expect(out.slice(folds[1], folds[1] + 1)).toBe('}');
  expect(out.slice(folds[6] - 4, folds[6])).toBe('": [');
  expect(layout.folds(4)).toHaveLength(0);
});

test('each line knows the path and the text of its value', () => {
  const text = '{"order": 70012, "items": [{"sku":"A-1840","qty":2.50}, [1, [2]]], "odd name": "a\\"b", "a.b": {}}';
  expect(read(text).out.split('\n')[3]).toBe('    { "sku": "A-1840", "qty": 2.50 },');
  expect(where(text, 0)).toEqual(['$', text]);
  expect(where(text, 1)).toEqual(['$.order', '70012']);
  expect(where(text, 2)).toEqual(['$.items', '[{"sku":"A-1840","qty":2.50}, [1, [2]]]']);
  expect(where(text, 3)).toEqual(['$.items[0]', '{"sku":"A-1840","qty":2.50}']);
  expect(where(text, 3, 8)).toEqual(['$.items[0].sku', '"A-1840"']);
  expect(where(text, 3, 26)).toEqual(['$.items[0].qty', '2.50']);
  expect(where(text, 4)).toEqual(['$.items[1]', '[1, [2]]']);
  expect(where(text, 9, 2)).toEqual(['$["odd name"]', '"a\\"b"']);
  expect(where(text, 10)).toEqual(['$["a.b"]', '{}']);
  expect(where(text, 11)).toEqual(['$', text]);
});

test('the beginning of a longer text is laid out as far as it goes', () => {
  expect(read('{"a":1,"b":[{"c":"unfin', { partial: true }).out).toBe('{\n  "a": 1,\n  "b": [\n    {');
});

test.each(['{"a":1', '{"a" 1}', '[1,]', '{a:1}', '[01]', '["\n"]', '[1] 2', '{"a":tru}', '[truex]', '["\\x"]', '[1}'])(
  '%j is broken',
  (text) => expect(() => read(text)).toThrow(Broken),
);

test.each(['', 'text', '"a"', '12'])('%j is no object and no list', (text) =>
  expect(() => new Layout(text)).toThrow(Broken),
);

test('text that is nested too deeply is shown as text', () => {
  expect(() => read('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(Broken);
});

test('it refuses what jsonfault.ts calls broken, and nothing else', () => {
  const parts = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\n"',
    '1',
    '-0.5e3',
    'true',
    'null',
    ' ',
    '\n',
    '01',
    "'",
    'x',
  ];
  let seed = 11;
  const next = () => (seed = (seed * 48271) % 0x7fffffff);
  for (let n = 0; n < 20_000; n++) {
    const text = '[{'[n % 2] + Array.from({ length: next() % 7 }, () => parts[next() % parts.length]).join('');
    let valid = true;
    try {
      read(text);
    } catch {
      valid = false;
    }
    expect(valid, JSON.stringify(text)).toBe(findFault(text) === null);
  }
});
