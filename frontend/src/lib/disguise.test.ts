import { expect, test } from 'vitest';
import { pieces, shown } from './disguise';

test('what turns a text round or cannot be seen has a sign', () => {
  expect(pieces('a\u202Eb')).toEqual([{ text: 'a' }, { text: '\u202E', sign: 'U+202E' }, { text: 'b' }]);
  for (const code of [0, 7, 0x1b, 0x7f, 0xad, 0x200b, 0x200f, 0x202a, 0x2066, 0x2069, 0xfeff]) {
    expect(pieces(String.fromCharCode(code)), code.toString(16)).toHaveLength(1);
    expect(pieces(String.fromCharCode(code))[0].sign).toMatch(/^U\+[0-9A-F]{4}$/);
  }
  expect(shown('\u202Egpj.exe')).toBe('‹U+202E›gpj.exe');
});

test('ordinary text of any script is left alone', () => {
  for (const text of ['', 'tab\t and\nbreak', 'שלום', 'مرحبا', '我的', '👩‍👩‍👧', 'क्‍ष']) {
    expect(pieces(text)).toEqual([{ text }]);
    expect(shown(text)).toBe(text);
  }
});
