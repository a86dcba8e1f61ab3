import { expect, test } from 'vitest';
import { MOST_HITS, Reading } from './reading';

function all(reading: Reading, size = 1e9) {
  const parts = [];
  for (let part; (part = reading.next(size));) parts.push(part);
  return parts;
}

function find(reading: Reading, words: string) {
  const search = reading.find(words);
  for (;;) {
    const { done, value } = search.next();
    if (done) return { count: value.count, at: [...value.at] };
  }
}

test('broken JSON begins again as the text it is, with the place where it breaks', () => {
  const text = `{"a": [${'[[1, 2, 3]], '.repeat(200)}1],\r\n "b": tru}`;
  const parts = all(new Reading(text), 400);
  const again = parts.findIndex((p) => p.again);
  expect(again).toBeGreaterThan(0);
  expect(parts.slice(0, again).every((p) => p.json && !p.fault)).toBe(true);
  expect(
    parts
      .slice(again)
      .map((p) => p.text)
      .join(''),
  ).toBe(text.replace('\r\n', '\n'));
  expect(parts[again].fault).toMatchObject({ code: 'not_a_value', word: 'tru', line: 2, column: 7 });
  expect(parts.filter((p) => p.again)).toHaveLength(1);
});

test('text is no broken JSON', () => {
  expect(all(new Reading('queue depth 12'))).toMatchObject([
    { text: 'queue depth 12', fault: null, json: false, last: true },
  ]);
  expect(all(new Reading(''))).toMatchObject([{ text: '', last: true }]);
});

test('a part of a text does not end within a character', () => {
  const parts = all(new Reading('😀'.repeat(9), { plain: true }), 3);
  expect(parts.every((p) => [...p.text].every((c) => c === '😀'))).toBe(true);
});

test('a search finds names and values in what is shown, also in folded branches, ignoring case', () => {
  const reading = new Reading(`{"list":[{"deep":[{"Name":"${'x'.repeat(60)} über"}]}],"name":2}`, { folding: true });
  const out = all(reading, 10)
    .map((p) => p.text)
    .join('');
  expect(find(reading, 'NAME')).toEqual({ count: 2, at: [out.indexOf('Name'), out.indexOf('name')] });
  expect(find(reading, 'ÜBER').count).toBe(1);
  expect(find(reading, '"name": 2').at).toEqual([out.indexOf('"name": 2')]);
  expect(find(reading, '[').count).toBe(2);
  expect(find(reading, '').count).toBe(0);
});

test('hits are counted beyond those that are kept', () => {
  const reading = new Reading('ab'.repeat(MOST_HITS + 5), { plain: true });
  all(reading);
  const { count, at } = find(reading, 'a');
  expect([count, at.length]).toEqual([MOST_HITS + 5, MOST_HITS]);
});
