import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import { Loader } from './loader.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));
const hide = (hidden: boolean) => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
};

test('an answer that is overtaken is ignored, even if the request does not listen to its signal', async () => {
  const loader = new Loader();
  const taken: string[] = [];
  const signals: AbortSignal[] = [];
  const request = (ms: number, value: string) =>
    loader.run(
      (signal) => {
        signals.push(signal);
        return after(ms, value);
      },
      (v) => taken.push(v),
    );
  const slow = request(100, 'slow');
  const fast = request(10, 'fast');
  await wait(200);
  expect([await slow, await fast]).toEqual([false, true]);
  expect(taken).toEqual(['fast']);
  expect(signals.map((s) => s.aborted)).toEqual([true, false]);
  expect([loader.loading, loader.busy]).toEqual([false, false]);
});

test('a request that failed for a passing reason is repeated after longer and longer waits', async () => {
  const loader = new Loader();
  let failing = true;
  const request = vi.fn(async () => {
    if (failing) throw new ApiError('status', 'Signalbox answered 500.', '', '', 500);
    return 'here';
  });
  const done = loader.run(request, () => {}, { retry: true });
  await wait(1);
  expect([loader.fault?.status, loader.loading, loader.busy]).toEqual([500, false, true]);
  await wait(60_000);
  expect(request.mock.calls.length).toBeGreaterThan(5);
  expect(request.mock.calls.length).toBeLessThan(12);
  failing = false;
  loader.retryNow();
  await wait(1);
  expect(await done).toBe(true);
  expect(loader.fault).toBeNull();
});

test('what the server refuses is not repeated, and the error stays until a request succeeds', async () => {
  const loader = new Loader();
  const request = vi.fn(async () => Promise.reject(new ApiError('not_found', 'Gone.', '', '', 404)));
  expect(await loader.run(request, () => {}, { retry: true })).toBe(false);
  await wait(60_000);
  expect([request.mock.calls.length, loader.fault?.message, loader.busy]).toEqual([1, 'Gone.', false]);
  await loader.run(async () => 1);
  expect(loader.fault).toBeNull();
});

test('while the page is hidden nothing is repeated, and at once when it can be seen again', async () => {
  const loader = new Loader();
  const request = vi.fn(async () => 1);
  const stop = loader.repeat(1000, request, () => {});
  await wait(2500);
  expect(request).toHaveBeenCalledTimes(3);
  hide(true);
  await wait(60_000);
  expect(request).toHaveBeenCalledTimes(3);
  hide(false);
  await wait(1);
  expect(request).toHaveBeenCalledTimes(4);
  stop();
  await wait(60_000);
  expect(request).toHaveBeenCalledTimes(4);
});

test('a loader that is stopped takes no answer', async () => {
  const loader = new Loader();
  const take = vi.fn();
  const done = loader.run(() => after(10, 1), take);
  loader.stop();
  await wait(20);
  expect([await done, take.mock.calls.length, loader.loading]).toEqual([false, 0, false]);
});
