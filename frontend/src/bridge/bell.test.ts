import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from './api';
import { Bell, parseRing, type Ring, type Silence } from './bell';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a ring is two numbers', () => expect(parseRing('1042.17')).toEqual({ text: '1042.17', last: 1042, changes: 17 }));

function bell(answers: (string | Error)[]) {
  const seen: (string | undefined)[] = [];
  const rings: Ring[] = [];
  const silences: (Silence | null)[] = [];
  const ask = vi.fn(async (s: string | undefined, signal: AbortSignal) => {
    seen.push(s);
    await new Promise((resolve) => setTimeout(resolve, 10));
    signal.throwIfAborted();
    const next = answers.shift();
    if (next === undefined)
      return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    if (next instanceof Error) throw next;
    return { bell: next };
  });
  return {
    seen,
    rings,
    silences,
    ask,
    bell: new Bell(
      (r) => rings.push(r),
      (s) => silences.push(s),
      ask,
    ),
  };
}

test('it asks with what it saw last, and rings only for what is new', async () => {
  const b = bell(['1.1', '1.1', '2.1']);
  b.bell.start();
  await vi.advanceTimersByTimeAsync(100);
  expect(b.seen).toEqual([undefined, '1.1', '1.1', '2.1']);
  expect(b.rings.map((r) => r.text)).toEqual(['1.1', '2.1']);
  b.bell.stop();
});

test('it goes on through errors, says so, waits longer each time, and begins anew', async () => {
  const gone = new ApiError('unreachable', 'Signalbox cannot be reached.');
  const b = bell(['5.1', gone, gone, '1.1']);
  b.bell.start();
  await vi.advanceTimersByTimeAsync(25);
  expect(b.silences.at(-1)).toMatchObject({ attempt: 1, error: gone });
  await vi.advanceTimersByTimeAsync(520);
  expect(b.silences.at(-1)).toMatchObject({ attempt: 2 });
  await vi.advanceTimersByTimeAsync(1020);
  expect(b.silences.at(-1)).toBeNull();
  // The program was restarted: its counts are smaller, and still count as a change.
  expect(b.rings.map((r) => r.last)).toEqual([5, 1]);
  expect(b.seen[2]).toBeUndefined();
  b.bell.stop();
});

test('trying again now ends the wait', async () => {
  const gone = new ApiError('unreachable', '');
  const b = bell([gone, gone, gone, gone, '1.1']);
  b.bell.start();
  await vi.advanceTimersByTimeAsync(3000);
  expect(b.ask).toHaveBeenCalledTimes(3);
  b.bell.retry();
  await vi.advanceTimersByTimeAsync(15);
  expect(b.ask).toHaveBeenCalledTimes(4);
  b.bell.stop();
});

test('stopped, it asks no more', async () => {
  const b = bell(['1.1']);
  b.bell.start();
  await vi.advanceTimersByTimeAsync(50);
  b.bell.stop();
  const asked = b.ask.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(b.ask).toHaveBeenCalledTimes(asked);
  expect(b.silences).toEqual([]);
});
