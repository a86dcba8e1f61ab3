import { expect, test } from 'vitest';
import { findFault, kindOf, layOut } from '../ui/json';

test.each([
  ['{"a": 1,}', 1, 8, 'There is a comma before the end'],
  ['{\n  "a": 1,\n}', 2, 9, 'There is a comma before the end'],
  ['{"a": 1\n "b": 2}', 2, 2, 'A comma or } is missing'],
  ['[1, 2', 1, 1, 'The list that begins here is never closed'],
  ['{"a": \'x\'}', 1, 7, 'Text must be in double quotation marks'],
  ['{a: 1}', 1, 2, 'A name in double quotation marks is missing'],
  ['{"a" 1}', 1, 6, 'A colon is missing after the name'],
  ['{"a": tru}', 1, 7, '“tru” is not a JSON value'],
  ['{"a": 01}', 1, 8, 'A number does not begin with 0'],
  ['{"a": "x\n"}', 1, 7, 'The text is not closed on this line'],
  ['{"a": "\\x"}', 1, 8, 'A backslash must be written twice'],
  ['{} {}', 1, 4, 'There is text after the end'],
  ['{"a":', 1, 6, 'A value is missing at the end'],
  ['"abc', 1, 1, 'The text that begins here is never closed'],
])('in %j the fault is at line %i, column %i', (text, line, column, why) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findFault(text)).toEqual({ line, column, why });
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
