import { expect, test } from 'vitest';
import { partsOf, withoutReturns } from './hits';
import { Reading } from './reading';

const marked = (text: string, pairs: readonly number[], from = 0) =>
  partsOf(text, pairs, from)
    .map((p) => (p.hit ? `[${p.text}]` : p.text))
    .join('');

test('a text is split at its hits', () => {
  expect(marked('a paid b', [2, 6])).toBe('a [paid] b');
  expect(marked('paid', [0, 4])).toBe('[paid]');
  expect(marked('paid', [])).toBe('paid');
  expect(marked('aid b', [2, 6, 7, 12], 3)).toBe('[aid] [b]');
  expect(marked('none', [7, 9])).toBe('none');
  expect(marked('', [0, 3])).toBe('');
});

test('without returns, hits are where they were', () => {
  const text = 'a\r\nb\r\r\n\r\ncc\rd';
  const plain = text.replace(/\r\n?/g, '\n');
  for (const word of ['a', 'b', 'cc', 'd']) {
    const at = text.indexOf(word);
    expect(withoutReturns(text, [at, at + word.length])).toEqual([
      plain.indexOf(word),
      plain.indexOf(word) + word.length,
    ]);
  }
  expect(withoutReturns(text, [0, text.length])).toEqual([0, plain.length]);
});

/** The placed hits of a text, once all of it is laid out. */
function placed(text: string, words: string): string[] {
  const reading = new Reading(text);
  let out = '';
  for (let part = reading.next(7); part; part = reading.next(7)) out = part.again ? part.text : out + part.text;
  const pairs: number[] = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) pairs.push(at, at + words.length);
  const found = reading.place(pairs);
  return Array.from({ length: found.length / 2 }, (_, i) => out.slice(found[2 * i], found[2 * i + 1]));
}

test('hits are found again in what was laid out', () => {
  const text =
    '{"a" : "x  y",\r\n "list":[1,  2,{"b":"paid"}],"deep":{"c":{"d":[[],{},{"paid":"paid, \\"paid"}]}},"paid":1.50}';
  for (const words of ['x  y', 'paid', '"a"', '1.50', '"b":"paid"', '[[],{},{', '2,{', '}}', ',\r\n "list"']) {
    const plain = (s: string) => s.replace(/[\s\r\n]+/g, '');
    const found = placed(text, words);
    expect(found.length, words).toBe(text.split(words).length - 1);
    for (const one of found) expect(plain(one)).toBe(plain(words));
  }
  expect(placed('{"a": [1, 2, paid', 'paid')).toEqual(['paid']);
  expect(placed('plain\r\nand paid\r', 'paid')).toEqual(['paid']);
});

test('before a text is laid out, only the hits that are there are placed', () => {
  const text = JSON.stringify(Array.from({ length: 1000 }, (_, n) => ({ n, state: 'paid', pad: 'x'.repeat(60) })));
  const reading = new Reading(text);
  const first = reading.next(1000)!;
  const at = text.lastIndexOf('paid');
  const found = reading.place([text.indexOf('paid'), text.indexOf('paid') + 4, at, at + 4]);
  expect(found.length).toBe(2);
  expect(first.text.slice(found[0], found[1])).toBe('paid');
});
