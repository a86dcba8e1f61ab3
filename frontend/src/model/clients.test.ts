import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { Client } from '../bridge/types';
import { ClientsModel } from './clients.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const client = (id: number) => ({ id }) as Client;

test('it asks once a second while the page is visible, and never two at a time', async () => {
  const hide = (hidden: boolean) => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  let answer: (list: Client[]) => void = () => {};
  const clients = vi.fn(() => new Promise<Client[]>((r) => (answer = r)));
  const model = new ClientsModel({ clients, disconnect: vi.fn() });
  const stop = model.watch();
  await vi.advanceTimersByTimeAsync(5000);
  expect(clients).toHaveBeenCalledTimes(1);
  answer([client(2), client(1)]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(model.list!.map((c) => c.id)).toEqual([1, 2]);
  expect(clients).toHaveBeenCalledTimes(2);
  answer([]);
  hide(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(clients).toHaveBeenCalledTimes(2);
  hide(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(clients).toHaveBeenCalledTimes(3);
  stop();
  answer([]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(clients).toHaveBeenCalledTimes(3);
  vi.restoreAllMocks();
});

test('a failed request leaves the old list and shows the error', async () => {
  const clients = vi
    .fn()
    .mockResolvedValueOnce([client(1)])
    .mockRejectedValueOnce(new ApiError('x', 'No answer.'));
  const model = new ClientsModel({ clients, disconnect: vi.fn() });
  await model.load();
  await model.load();
  expect(model.list).toHaveLength(1);
  expect(model.fault).toBe('No answer.');
});

test('a client that has already left counts as disconnected', async () => {
  const disconnect = vi.fn().mockRejectedValue(new ApiError('not_found', 'No such client.'));
  const model = new ClientsModel({ clients: async () => [client(1), client(2)], disconnect });
  await model.load();
  await model.disconnect(1);
  expect(model.list!.map((c) => c.id)).toEqual([2]);
  expect(model.leaving.size).toBe(0);
});

test('a client that cannot be disconnected stays in the list', async () => {
  const disconnect = vi.fn().mockRejectedValue(new ApiError('unreachable', 'Signalbox cannot be reached.'));
  const model = new ClientsModel({ clients: async () => [client(1)], disconnect });
  await model.load();
  await expect(model.disconnect(1)).rejects.toThrow('cannot be reached');
  expect(model.list).toHaveLength(1);
});

test('a client that has stopped reading comes first, then those that read slowly', async () => {
  const of = (id: number, behind: number, bytes: number) => ({ id, behind, bytes }) as Client;
  let sent = 0;
  const model = new ClientsModel({
    clients: async () => [of(1, 0, 10), of(2, 500, (sent += 10)), of(3, 500, 10), of(4, 12, 10)],
    disconnect: vi.fn(),
  });
  await model.load();
  expect(model.list!.map((c) => c.id)).toEqual([2, 3, 1, 4]);
  await vi.advanceTimersByTimeAsync(3000);
  await model.load();
  expect(model.list!.map((c) => [c.id, model.pace(c)])).toEqual([
    [3, 'stalled'],
    [2, 'slow'],
    [1, 'even'],
    [4, 'even'],
  ]);
});
