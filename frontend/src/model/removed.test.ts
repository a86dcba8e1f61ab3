import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { RemovedSource } from '../bridge/types';
import { Removed } from './removed.svelte';
import { Toasts } from './toasts.svelte';

const chat = { id: 7, name: 'chat', kind: 'channel' } as RemovedSource;

test('what was restored leaves the list', async () => {
  const removed = vi.fn().mockResolvedValueOnce([chat]).mockResolvedValue([]);
  const restore = vi.fn().mockResolvedValue({});
  const model = new Removed({ removed, restore }, new Toasts());
  await model.load();
  expect(model.list).toEqual([chat]);
  const first = model.restore(chat);
  void model.restore(chat); // a second click
  await first;
  expect(restore.mock.calls).toEqual([[chat]]);
  expect(model.list).toEqual([]);
});

test('what cannot be restored says why', async () => {
  const toasts = new Toasts();
  const taken = new ApiError('name_taken', 'Another source is called "chat".', 'Choose another name.');
  const model = new Removed({ removed: async () => [chat], restore: vi.fn().mockRejectedValue(taken) }, toasts);
  await model.load();
  await model.restore(chat);
  expect(toasts.list).toMatchObject([{ text: taken.words, tone: 'down' }]);
  expect(model).toMatchObject({ list: [chat], restoring: [] });
});

test('a list that cannot be read is an error, not an empty list', async () => {
  const removed = vi.fn().mockRejectedValue(new ApiError('internal', 'Something went wrong.', '', '', 500));
  const model = new Removed({ removed, restore: vi.fn() }, new Toasts());
  await model.load();
  expect(model.list).toBeNull();
  expect(model.fault?.message).toBe('Something went wrong.');
});
