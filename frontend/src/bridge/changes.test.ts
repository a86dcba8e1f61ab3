import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from './api';
import { ChangePoller, GATHER, parseChange, type Change, type Outage } from './changes';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a change is a position and a count', () =>
  expect(parseChange('1042.17', 'k')).toEqual({ text: '1042.17', head: 'k.1042', changes: 17 }));

function poller(answers: (string | Error)[]) {
  const seen: (string | undefined)[] = [];
  const changes: Change[] = [];
  const outages: (Outage | null)[] = [];
  const ask = vi.fn(async (s: string | undefined, signal: AbortSignal) => {
    seen.push(s);
    await new Promise((resolve) => setTimeout(resolve, 10));
    signal.throwIfAborted();
    const next = answers.shift();
    if (next === undefined)
      return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    if (next instanceof Error) throw next;
    return { bell: next, epoch: 'k' };
  });
  return {
    seen,
    changes,
    outages,
    ask,
    poller: new ChangePoller(
      (r) => changes.push(r),
      (s) => outages.push(s),
      ask,
    ),
  };
}

test('it asks with the last change that it saw, and reports only what is new', async () => {
  const b = poller(['1.1', '1.1', '2.1']);
  b.poller.start();
  await vi.advanceTimersByTimeAsync(2 * GATHER + 50);
  expect(b.seen).toEqual([undefined, '1.1', '1.1', '2.1']);
  expect(b.changes.map((r) => r.text)).toEqual(['1.1', '2.1']);
  b.poller.stop();
});

test('after a change it gathers what comes next, and then asks once', async () => {
  const b = poller(['1.1', '9.1']);
  b.poller.start();
  await vi.advanceTimersByTimeAsync(GATHER);
  expect(b.seen).toEqual([undefined]);
  await vi.advanceTimersByTimeAsync(20);
  expect(b.seen).toEqual([undefined, '1.1']);
  expect(b.changes.map((r) => r.text)).toEqual(['1.1', '9.1']);
  b.poller.stop();
});

test('after an error it reports an outage, waits longer each time, and starts again', async () => {
  const gone = new ApiError('unreachable', 'Signalbox cannot be reached.');
  const b = poller(['5.1', gone, gone, '1.1']);
  b.poller.start();
  await vi.advanceTimersByTimeAsync(GATHER + 25);
  expect(b.outages.at(-1)).toMatchObject({ attempt: 1, error: gone });
  await vi.advanceTimersByTimeAsync(520);
  expect(b.outages.at(-1)).toMatchObject({ attempt: 2 });
  await vi.advanceTimersByTimeAsync(1020);
  expect(b.outages.at(-1)).toBeNull();
  // The program was restarted: its counts are smaller, and still count as a change.
  expect(b.changes.map((r) => r.head)).toEqual(['k.5', 'k.1']);
  expect(b.seen[2]).toBeUndefined();
  b.poller.stop();
});

test('retrying ends the wait', async () => {
  const gone = new ApiError('unreachable', '');
  const b = poller([gone, gone, gone, gone, '1.1']);
  b.poller.start();
  await vi.advanceTimersByTimeAsync(3000);
  expect(b.ask).toHaveBeenCalledTimes(3);
  b.poller.retry();
  await vi.advanceTimersByTimeAsync(15);
  expect(b.ask).toHaveBeenCalledTimes(4);
  b.poller.stop();
});

test('it asks nothing after it was stopped', async () => {
  const b = poller(['1.1']);
  b.poller.start();
  await vi.advanceTimersByTimeAsync(50);
  b.poller.stop();
  const asked = b.ask.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(b.ask).toHaveBeenCalledTimes(asked);
  expect(b.outages).toEqual([]);
});
