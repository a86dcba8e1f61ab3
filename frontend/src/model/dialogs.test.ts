import { expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import { Dialogs, removeSamples, removeSource, type RemovedSource } from './dialogs.svelte';
import { Toasts } from './toasts.svelte';

const chat: RemovedSource = { id: 7, name: 'chat', kind: 'channel', messages: 3, clients: 0 };

const requests = () => ({
  removeFeed: vi.fn().mockResolvedValue(undefined),
  removeChannel: vi.fn().mockResolvedValue(undefined),
  restore: vi.fn().mockResolvedValue(undefined),
});

test('a new dialog replaces the open one', () => {
  const d = new Dialogs();
  d.open({ kind: 'settings' });
  d.open({ kind: 'feed', feed: 'orders' });
  expect(d.current).toEqual({ kind: 'feed', feed: 'orders' });
  d.close();
  expect(d.current).toBeNull();
});

test('what was removed can be brought back by its id', async () => {
  const r = requests();
  const t = new Toasts();
  await removeSource(chat, r, t);
  expect(r.removeChannel).toHaveBeenCalledWith('chat');
  expect(r.removeFeed).not.toHaveBeenCalled();
  await t.act(t.list[0]);
  expect(r.restore).toHaveBeenCalledWith(expect.objectContaining({ id: 7, name: 'chat' }));
  expect(t.list.map((x) => x.text)).toEqual(['Restored chat']);
});

test('a removal that is refused offers no undo', async () => {
  const r = { ...requests(), removeChannel: vi.fn().mockRejectedValue(new ApiError('not_found', 'There is no chat.')) };
  const t = new Toasts();
  await expect(removeSource(chat, r, t)).rejects.toThrow('There is no chat.');
  expect(t.list).toEqual([]);
});

test('the sources of the samples are removed at once, and restored at once', async () => {
  const removed = [
    { id: 3, name: 'payments (sample)', kind: 'feed' as const },
    { id: 4, name: 'messages', kind: 'channel' as const },
  ];
  const r = {
    removeSamples: vi.fn().mockResolvedValue(removed),
    restore: vi.fn().mockResolvedValue(undefined),
    startSamples: vi.fn().mockResolvedValue(undefined),
  };
  const t = new Toasts();
  await removeSamples(r, t, true);
  expect(t.list.map((x) => x.text)).toEqual(['Stopped the sample events and removed the 2 sources that they made']);
  await t.act(t.list[0]);
  expect(r.restore.mock.calls.map(([s]) => s.id)).toEqual([3, 4]);
  expect(r.startSamples).toHaveBeenCalledOnce();
});
