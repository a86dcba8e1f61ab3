import { expect, test } from 'vitest';
import { looksLikeJSON, oneLine, tokens } from './tokens';

const kinds = (text: string) => tokens(text).map((t) => `${t.kind || '-'}${t.text}`);

test('names, strings, numbers and literals are different tokens', () => {
  expect(kinds('{"a" : "b","n":-1.5e3,"l":[true,null]}')).toEqual([
    '-{',
    'k"a"',
    '- : ',
    's"b"',
    '-,',
    'k"n"',
    '-:',
    'n-1.5e3',
    '-,',
    'k"l"',
    '-:[',
    'ltrue',
    '-,',
    'lnull',
    '-]}',
  ]);
});

test('no text of a preview is lost, wherever it is cut', () => {
  const text = '{"order":70012,"state":"pa\\"id","total":149.90,"x":null}';
  for (let i = 0; i <= text.length; i++) {
    const cut = text.slice(0, i);
    expect(
      tokens(cut)
        .map((t) => t.text)
        .join(''),
    ).toBe(cut);
  }
});

test('a string that contains a quoted name stays one string', () => {
  expect(kinds('["a\\":1"]')).toEqual(['-[', 's"a\\":1"', '-]']);
});

test('after enough tokens, the remaining text is one token', () => {
  const many = tokens(`[${'1,'.repeat(500)}1]`, 10);
  expect(many.length).toBeLessThan(25);
  expect(many.map((t) => t.text).join('')).toHaveLength(1003);
});

test('plain text with numbers in it is not JSON', () => {
  expect(looksLikeJSON('queue depth 12')).toBe(false);
  expect(looksLikeJSON(' {"a":1}')).toBe(true);
});

test('line breaks show as a sign on the one line', () => {
  expect(oneLine('a\r\nb\nc\rd\te')).toBe('a ⏎ b ⏎ c ⏎ d e');
});
