import { expect, test, vi } from 'vitest';
import type { Bookmark, Source } from '../bridge/types';
import { Bookmarks } from './bookmarks.svelte';
import { toasts } from './toasts.svelte';

const mark = (n: number, comment = ''): Bookmark => ({
  message: { position: `a.${n}`, source: 's', kind: 'event', received: '2026-11-21T10:00:00Z' },
  comment,
  created: '2026-11-21T11:00:00Z',
  changed: '2026-11-21T11:00:00Z',
});

/** A server with bookmarks that answers pages of two. */
function server(...numbers: number[]) {
  const marks = new Map(numbers.map((n) => [n, mark(n)]));
  const numberOf = (position: string) => Number(position.split('.')[1] ?? 0);
  const calls = {
    bookmarks: vi.fn(async ({ after }: { after: string }) => {
      const rest = [...marks.values()].filter((b) => numberOf(b.message.position) > numberOf(after));
      return { bookmarks: rest.slice(0, 2), more: rest.length > 2, from: '', to: rest.at(1)?.message.position };
    }),
    bookmark: vi.fn(async (position: string, comment: string) => mark(numberOf(position), comment)),
    removeBookmark: vi.fn(async () => {}),
    restoreBookmark: vi.fn(async (position: string) => mark(numberOf(position), 'back')),
  };
  return calls;
}

const numbers = (b: Bookmarks) => b.list.map((one) => one.message.position);
const state = (changes: number, epoch = 'a', ...ids: number[]) => ({
  epoch,
  bookmarks: changes,
  sources: ids.map((id) => ({ id }) as Source),
});

test('all pages are read, and again when somebody has changed them', async () => {
  const calls = server(1, 2, 3);
  const bookmarks = new Bookmarks(calls);
  bookmarks.follow(state(0));
  await vi.waitFor(() => expect(numbers(bookmarks)).toEqual(['a.1', 'a.2', 'a.3']));
  const read = calls.bookmarks.mock.calls.length;
  bookmarks.follow(state(0));
  bookmarks.follow(state(0));
  await vi.waitFor(() => expect(bookmarks.fault).toBeNull());
  const again = calls.bookmarks.mock.calls.length;
  expect(again - read).toBeLessThanOrEqual(2);
  bookmarks.follow(state(1));
  await vi.waitFor(() => expect(calls.bookmarks.mock.calls.length).toBeGreaterThan(again));
});

test('those of a removed source go with it, and come back when it is restored', async () => {
  const calls = server();
  const bookmarks = new Bookmarks(calls);
  bookmarks.follow(state(2, 'a', 7));
  await vi.waitFor(() => expect(calls.bookmarks).toHaveBeenCalledTimes(1));
  bookmarks.follow(state(2));
  await vi.waitFor(() => expect(calls.bookmarks).toHaveBeenCalledTimes(2));
  // Now there is none in the list.
  bookmarks.follow(state(2, 'a', 7));
  await vi.waitFor(() => expect(calls.bookmarks).toHaveBeenCalledTimes(3));
  // One is removed and another added between two states.
  bookmarks.follow(state(2, 'a', 8));
  await vi.waitFor(() => expect(calls.bookmarks).toHaveBeenCalledTimes(4));
});

test('a message is marked and unmarked, and that is undone', async () => {
  const calls = server(5);
  const bookmarks = new Bookmarks(calls);
  await bookmarks.load();
  await bookmarks.toggle({ position: 'a.3' });
  expect(numbers(bookmarks)).toEqual(['a.3', 'a.5']);
  await bookmarks.put('a.3', 'why');
  expect(bookmarks.of('a.3')?.comment).toBe('why');
  await bookmarks.toggle({ position: 'a.3' });
  expect(numbers(bookmarks)).toEqual(['a.5']);
  await toasts.act(toasts.list.at(-1)!);
  expect(bookmarks.of('a.3')?.comment).toBe('back');
});

test('those between two positions are found', async () => {
  const bookmarks = new Bookmarks(server(2, 4, 6));
  await bookmarks.load();
  const between = (from: string, to: string) => bookmarks.between(from, to).map((b) => b.message.position);
  expect(between('a.2', 'a.4')).toEqual(['a.2', 'a.4']);
  expect(between('a.3', 'a.5')).toEqual(['a.4']);
  expect(between('a.7', 'a.9')).toEqual([]);
  expect(between('', '')).toEqual([]);
});
