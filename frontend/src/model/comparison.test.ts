import { expect, test, vi } from 'vitest';
import type { Message, Page } from '../bridge/types';
import { compare } from '../lib/compare';
import { Comparison, MOST_COMPARED } from './comparison.svelte';

const message = (n: number, more: Partial<Message> = {}): Message => ({
  position: `k.${n}`,
  source: 'a',
  kind: 'event',
  event: 'order.paid',
  data: `{"n":${n}}`,
  size: 8,
  received: `2026-11-21T14:00:${String(n).padStart(2, '0')}Z`,
  ...more,
});
const page = (messages: Message[], from: string, more: boolean): Page => ({ messages, from, to: from, more });

function comparisonOf(answer: (before: string) => Page) {
  const calls = {
    page: vi.fn(async (_: string | null, query: { before?: string }) =>
      query.before ? answer(query.before) : page([message(3)], 'k.3', true),
    ),
    message: vi.fn(async (position: string) => message(Number(position.slice(2)))),
    compare: vi.fn(async (old: string, fresh: string) => compare(old, fresh)),
  };
  return { calls, comparison: new Comparison(calls) };
}

test('the previous message of its type and source is searched as far back as history goes', async () => {
  const { calls, comparison } = comparisonOf((before) =>
    before === 'k.9' ? page([], 'k.5', true) : page([message(2)], 'k.2', true),
  );
  await comparison.show(message(9));
  expect(comparison.state).toMatchObject({ is: 'compared', other: { position: 'k.2' }, found: { changed: 1 } });
  expect(calls.page.mock.calls.map(([source, query]) => [source, query.before])).toEqual([
    ['a', 'k.9'],
    [null, undefined],
    ['a', 'k.5'],
  ]);
});

test('without an earlier message of the type it says so', async () => {
  const { comparison } = comparisonOf(() => page([], 'k.1', false));
  await comparison.show(message(9));
  expect(comparison.state).toEqual({ is: 'none' });
});

test('a type that ends in * finds no message of another type', async () => {
  const { comparison } = comparisonOf((before) =>
    before === 'k.9'
      ? page([message(5, { event: 'a*b' })], 'k.5', true)
      : page([message(2, { event: 'a*' })], 'k.2', false),
  );
  await comparison.show(message(9, { event: 'a*' }));
  expect(comparison.state).toMatchObject({ is: 'compared', other: { position: 'k.2' } });
});

test('a chosen message is compared whole, and not with itself', async () => {
  const { calls, comparison } = comparisonOf(() => page([], 'k.1', false));
  comparison.chosen = message(4, { cut: true, data: '{"n"' });
  await comparison.show(message(9));
  expect(comparison.state).toMatchObject({ is: 'compared', other: { position: 'k.4' } });
  expect(calls.message).toHaveBeenCalledOnce();
  expect(calls.compare).toHaveBeenCalledWith('{"n":4}', '{"n":9}', expect.anything());
  await comparison.show(message(4));
  expect(comparison.state).toEqual({ is: 'same' });
});

test('data that is too large is not loaded', async () => {
  const { calls, comparison } = comparisonOf(() =>
    page([message(2, { size: MOST_COMPARED + 1, cut: true })], 'k.2', true),
  );
  await comparison.show(message(9));
  expect(comparison.state).toMatchObject({ is: 'too-large', size: MOST_COMPARED + 1 });
  expect(calls.message).not.toHaveBeenCalled();
});

test('an answer for a message that was left is not shown', async () => {
  const { comparison } = comparisonOf((before) => page([message(before === 'k.9' ? 2 : 1)], 'k.1', true));
  const first = comparison.show(message(9));
  await Promise.all([first, comparison.show(message(8))]);
  expect(comparison.state).toMatchObject({ is: 'compared', other: { position: 'k.1' } });
});
