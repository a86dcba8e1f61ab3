import { expect, test } from 'vitest';
import {
  MOST_DRAFTS,
  readDraft,
  readDrafts,
  storable,
  STORED_BYTES,
  storableDraft,
  withDraft,
  type Draft,
} from './drafts';

const draft = (data: string, more: Partial<Draft> = {}): Draft => ({
  channel: 'messages',
  event: '',
  id: '',
  retry: '',
  data,
  ...more,
});
const many = (count: number, length = 1) =>
  Array.from({ length: count }, (_, n) => n).reduce(
    (drafts, n) => withDraft(drafts, draft(`${n} ${'é'.repeat(length)}`), '2026-11-21T14:00:00Z'),
    [] as ReturnType<typeof withDraft>,
  );

test('the newest drafts are kept, each once, and none that is empty', () => {
  const drafts = many(MOST_DRAFTS + 5);
  expect(drafts).toHaveLength(MOST_DRAFTS);
  expect(drafts[0].data).toBe(`${MOST_DRAFTS + 4} é`);
  const again = withDraft(drafts, draft(drafts[3].data, { channel: 'other' }), '2026-11-21T14:00:01Z');
  expect(again).toHaveLength(MOST_DRAFTS);
  expect(again[0]).toMatchObject({ channel: 'other', data: drafts[3].data });
  expect(withDraft(drafts, draft(''), '')).toEqual(drafts);
});

test('what is stored has a bound in bytes, and is read again', () => {
  const drafts = withDraft(many(10, 2000), draft('x'.repeat(1 << 20)), '2026-11-21T14:00:00Z');
  const stored = storable(drafts);
  expect(new TextEncoder().encode(JSON.stringify(stored)).length).toBeLessThan(STORED_BYTES + 100);
  expect(stored).toHaveLength(6);
  expect(readDrafts(JSON.parse(JSON.stringify([...stored, null, 3, { data: 'x' }])))).toEqual(stored);
  expect(readDrafts(undefined)).toEqual([]);
});

test('the draft in the form is stored if it holds something, and is not too long', () => {
  const typed = draft('{"a":1}', { event: 'order' });
  expect(readDraft(JSON.parse(JSON.stringify(storableDraft(typed))))).toEqual(typed);
  expect(storableDraft(draft(''))).toBeNull();
  expect(storableDraft(draft('x'.repeat(STORED_BYTES)))).toBeNull();
  for (const other of [null, undefined, 3, { data: 'x' }]) expect(readDraft(other)).toBeNull();
});
