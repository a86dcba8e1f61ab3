import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Toasts } from './toasts.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const texts = (t: Toasts) => t.list.map((x) => x.text);

test('a toast disappears by itself, one with an action later', () => {
  const t = new Toasts();
  t.add('Copied');
  t.add('Removed chat', { action: { label: 'Undo', act: () => {} } });
  vi.advanceTimersByTime(4000);
  expect(texts(t)).toEqual(['Removed chat']);
  vi.advanceTimersByTime(5000);
  expect(texts(t)).toEqual([]);
});

test('a toast with a long text stays longer', () => {
  const t = new Toasts();
  const long =
    'This is this Signalbox’s own address. Its messages are in the history already, and are not stored again.';
  t.add(long);
  vi.advanceTimersByTime(8999);
  expect(texts(t)).toEqual([long]);
  vi.advanceTimersByTime(1);
  expect(texts(t)).toEqual([]);
});

test('the time of a toast stops while it is pointed at, and at least a second is left afterwards', () => {
  const t = new Toasts();
  t.add('Copied');
  vi.advanceTimersByTime(3900);
  t.hold();
  vi.advanceTimersByTime(60_000);
  expect(texts(t)).toEqual(['Copied']);
  t.release();
  vi.advanceTimersByTime(999);
  expect(texts(t)).toEqual(['Copied']);
  vi.advanceTimersByTime(1);
  expect(texts(t)).toEqual([]);
});

test('an undo runs once', async () => {
  const t = new Toasts();
  const act = vi.fn();
  t.add('Removed chat', { action: { label: 'Undo', act } });
  const toast = t.list[0];
  await t.act(toast);
  expect(act).toHaveBeenCalledOnce();
  expect(t.list).toEqual([]);
});

test('an undo that fails shows the error', async () => {
  const t = new Toasts();
  t.add('Removed chat', { action: { label: 'Undo', act: () => Promise.reject(new Error('The name is taken.')) } });
  await t.act(t.list[0]);
  expect(t.list).toMatchObject([{ text: 'The name is taken.', tone: 'down' }]);
});

test('an error stays until it is dismissed, also if others follow', () => {
  const t = new Toasts();
  t.fail(new Error('The disk is full.'));
  for (const text of ['a', 'b', 'c', 'd']) t.add(text);
  t.hold();
  t.release();
  vi.advanceTimersByTime(3_600_000);
  expect(texts(t)).toEqual(['The disk is full.']);
  t.dismiss(t.list[0].id);
  expect(texts(t)).toEqual([]);
});

test('notices that have gone can be read again, the newest first', () => {
  const t = new Toasts();
  t.add('Copied');
  t.fail(new Error('The disk is full.'));
  vi.advanceTimersByTime(60_000);
  t.dismiss(t.list[0].id);
  expect(t.past.map((n) => [n.text, n.tone])).toEqual([
    ['The disk is full.', 'down'],
    ['Copied', 'info'],
  ]);
  for (let i = 0; i < 200; i++) t.add(`${i}`);
  expect(t.past.length).toBe(100);
});

test('at most four show, and the same sentence shows once', () => {
  const t = new Toasts();
  for (const text of ['a', 'b', 'c', 'd', 'e', 'e']) t.add(text);
  expect(texts(t)).toEqual(['b', 'c', 'd', 'e']);
});

test('a notice follows the language', () => {
  const t = new Toasts();
  let language = 'en';
  t.add(() => (language === 'en' ? 'Copied' : '已复制'));
  language = 'zh';
  expect([t.list[0].text, t.past[0].text]).toEqual(['已复制', '已复制']);
});
