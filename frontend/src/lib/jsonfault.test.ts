import { expect, test } from 'vitest';
import { findFault, kindOf, layOut } from './jsonfault';

test.each([
  ['{"a": 1,}', 1, 8, 'comma_before_end'],
  ['{\n  "a": 1,\n}', 2, 9, 'comma_before_end'],
  ['{"a": 1\n "b": 2}', 2, 2, 'no_comma'],
  ['[1, 2', 1, 1, 'list_open'],
  ['{"a": \'x\'}', 1, 7, 'single_quotes'],
  ['{a: 1}', 1, 2, 'no_name'],
  ['{"a" 1}', 1, 6, 'no_colon'],
  ['{"a": tru}', 1, 7, 'not_a_value'],
  ['{"a": 01}', 1, 8, 'leading_zero'],
  ['{"a": "x\n"}', 1, 7, 'string_open_on_line'],
  ['{"a": "\\x"}', 1, 8, 'backslash'],
  ['{} {}', 1, 4, 'after_end'],
  ['{"a":', 1, 6, 'no_value_at_end'],
  ['"abc', 1, 1, 'string_open'],
])('in %j the fault is at line %i, column %i: %s', (text, line, column, code) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findFault(text)).toMatchObject({ line, column, code });
});

test('whatever the browser takes for JSON has no fault, and the other way round', () => {
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
    '-',
    'x',
  ];
  let seed = 7;
  const next = () => (seed = (seed * 48271) % 0x7fffffff);
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: 1 + (next() % 7) }, () => parts[next() % parts.length]).join('');
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    expect(findFault(text) === null, JSON.stringify(text)).toBe(valid);
  }
});

test('plain text is not broken JSON', () => {
  expect(kindOf('queue depth 12')).toEqual({ kind: 'text' });
  expect(kindOf('')).toEqual({ kind: 'empty' });
  expect(kindOf('42')).toEqual({ kind: 'json' });
  expect(kindOf('[12:30] hello')).toMatchObject({ kind: 'broken', line: 1 });
});

test('formatting keeps every digit and the order of names', () => {
  const text = '{"10":1,"2":1.000000000000000000001,"e":{},"l":[],"s":"a, {b}: \\"c\\"","n":[1,[2]]}';
  const laid = layOut(text);
  expect(laid).toBe(
    [
      '{',
      '  "10": 1,',
      '  "2": 1.000000000000000000001,',
      '  "e": {},',
      '  "l": [],',
      '  "s": "a, {b}: \\"c\\"",',
      '  "n": [',
      '    1,',
      '    [',
      '      2',
      '    ]',
      '  ]',
      '}',
    ].join('\n'),
  );
  expect(JSON.parse(laid)).toEqual(JSON.parse(text));
});
