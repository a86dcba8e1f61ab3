import { flushSync } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { Clock } from './clock.svelte';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function hide(hidden: boolean) {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
}

test('a clock ticks while it is read and the page can be seen', async () => {
  vi.useFakeTimers();
  const clock = new Clock();
  let ticks = 0;
  const stop = $effect.root(() => {
    $effect(() => {
      void clock.now;
      ticks++;
    });
  });
  const seconds = (n: number) => {
    for (let i = 0; i < n; i++) {
      vi.advanceTimersByTime(1000);
      flushSync();
    }
  };
  flushSync();
  expect(ticks).toBe(1);
  seconds(3);
  expect(ticks).toBe(4);
  hide(true);
  seconds(60);
  expect(ticks).toBe(4);
  expect(vi.getTimerCount()).toBe(0);
  hide(false);
  flushSync();
  expect(ticks).toBe(5);
  seconds(2);
  expect(ticks).toBe(7);
  stop();
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBe(0);
});
