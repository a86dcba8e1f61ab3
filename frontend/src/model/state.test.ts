import { ApiError } from '../bridge/api';
import { GATHER } from '../bridge/changes';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StateQuery } from '../bridge/own';
import type { Source, State } from '../bridge/types';
import { Live } from './state.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const source = { id: 1, name: 'chat', kind: 'channel', rate: 0, unread: 0 } as unknown as Source;
const state = {
  now: new Date(0).toISOString(),
  since: 'a.1',
  whole: true,
  journal: { spark: [] },
  sparks: { chat: [1] },
  bars: { chat: [] },
  sources: [source],
} as unknown as State;

function start() {
  let bell = '1.1';
  let wake: (() => void)[] = [];
  const calls = {
    bell: vi.fn(async (seen: string | undefined, signal: AbortSignal) => {
      if (seen === bell) {
        await new Promise<void>((resolve, reject) => {
          wake.push(resolve);
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      }
      return { bell, epoch: 'k' };
    }),
    state: vi.fn(async (_query: StateQuery) => state),
  };
  const live = new Live(calls);
  const stop = live.start();
  const move = (to: string) => {
    bell = to;
    for (const w of wake.splice(0)) w();
  };
  return { live, calls, move, stop };
}

test('a change shows at once or after those before it, counters at most every second', async () => {
  const { live, calls, move, stop } = start();
  await vi.advanceTimersByTimeAsync(1);
  expect(live.source('chat')).toBe(source);
  const before = calls.state.mock.calls.length;
  for (let i = 2; i < 102; i++) {
    move(`${i}.1`);
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(calls.state.mock.calls.length - before).toBeLessThanOrEqual(2);
  const counted = calls.state.mock.calls.length;
  move('101.2');
  await vi.advanceTimersByTimeAsync(GATHER);
  expect(calls.state.mock.calls.length).toBe(counted + 1);
  stop();
});

test('a request for the state during another one follows it', async () => {
  const { live, calls, stop } = start();
  await vi.advanceTimersByTimeAsync(1);
  const before = calls.state.mock.calls.length;
  const first = live.pull();
  const second = live.pull();
  await Promise.all([first, second]);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls.state.mock.calls.length - before).toBe(2);
  stop();
});

test('when all is quiet nothing is asked', async () => {
  const { calls, stop } = start();
  await vi.advanceTimersByTimeAsync(1000);
  const before = calls.state.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.state.mock.calls.length).toBe(before);
  stop();
});

test('every listener gets changes until it leaves', async () => {
  const { live, move, stop } = start();
  const heard = vi.fn();
  const leave = live.onchange(heard);
  await vi.advanceTimersByTimeAsync(GATHER);
  move('7.1');
  await vi.advanceTimersByTimeAsync(1);
  expect(heard).toHaveBeenLastCalledWith({ text: '7.1', head: 'k.7', changes: 1 });
  leave();
  move('8.1');
  await vi.advanceTimersByTimeAsync(GATHER);
  expect(heard).not.toHaveBeenLastCalledWith({ text: '8.1', head: 'k.8', changes: 1 });
  stop();
});

test('it requests what changed since the last response, and the details of visible sources', async () => {
  const { live, calls, stop } = start();
  await vi.advanceTimersByTimeAsync(1);
  expect(calls.state).toHaveBeenLastCalledWith({ since: '', sparks: [], bars: [] }, expect.anything());
  const leave = [live.watch('sparks', 'chat'), live.watch('sparks', 'chat'), live.watch('bars', 'chat')];
  await vi.advanceTimersByTimeAsync(100);
  expect(calls.state).toHaveBeenLastCalledWith({ since: 'a.1', sparks: ['chat'], bars: ['chat'] }, expect.anything());
  expect(live.sparks).toEqual({ chat: [1] });
  // Details are read again after two seconds.
  await live.pull();
  expect(calls.state).toHaveBeenLastCalledWith({ since: 'a.1', sparks: [], bars: [] }, expect.anything());
  await vi.advanceTimersByTimeAsync(2000);
  await live.pull();
  expect(calls.state).toHaveBeenLastCalledWith({ since: 'a.1', sparks: ['chat'], bars: ['chat'] }, expect.anything());
  for (const end of leave) end();
  await vi.advanceTimersByTimeAsync(2000);
  await live.pull();
  expect(calls.state).toHaveBeenLastCalledWith({ since: 'a.1', sparks: [], bars: [] }, expect.anything());
  stop();
});

test('while there are more changes it asks again', async () => {
  const { live, calls, stop } = start();
  calls.state.mockResolvedValueOnce({ ...state, more: true }).mockResolvedValueOnce({ ...state, more: true });
  await vi.advanceTimersByTimeAsync(1000);
  expect(calls.state.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(live.state?.more).toBeFalsy();
  stop();
});

test('a clock that is set back stops no counter', async () => {
  const { calls, move, stop } = start();
  await vi.advanceTimersByTimeAsync(1000);
  vi.setSystemTime(Date.now() - 3_600_000);
  const before = calls.state.mock.calls.length;
  move('2.1');
  await vi.advanceTimersByTimeAsync(500);
  expect(calls.state.mock.calls.length).toBe(before + 1);
  stop();
});

test('a state that cannot be read is read again, and its error is known', async () => {
  const { live, calls, stop } = start();
  calls.state.mockRejectedValueOnce(new ApiError('status', 'Signalbox answered 500.', '', '', 500));
  await vi.advanceTimersByTimeAsync(1);
  expect([live.state, live.fault?.status]).toEqual([null, 500]);
  await vi.advanceTimersByTimeAsync(2000);
  expect([live.state, live.fault]).toEqual([state, null]);
  stop();
});

test('a source with unseen messages and no new ones is asked for once', async () => {
  const { calls, stop } = start();
  calls.state.mockResolvedValue({ ...state, sources: [{ ...source, unread: 1 }] });
  await vi.advanceTimersByTimeAsync(1000);
  const before = calls.state.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.state.mock.calls.length).toBe(before);
  stop();
});

test('while the page is hidden changes are asked for now and then, and at once when it can be seen', async () => {
  const { live, calls, move, stop } = start();
  await vi.advanceTimersByTimeAsync(1000);
  const heard = vi.fn();
  live.onchange(heard);
  const hide = (hidden: boolean) => {
    vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  hide(true);
  const before = calls.state.mock.calls.length;
  for (let i = 2; i < 302; i++) {
    move(`${i}.1`);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(calls.state.mock.calls.length - before).toBeLessThanOrEqual(4);
  // The rows need nothing that nobody sees.
  expect(heard).not.toHaveBeenCalled();
  const hidden = calls.state.mock.calls.length;
  hide(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(calls.state.mock.calls.length).toBe(hidden + 1);
  expect(heard).toHaveBeenCalled();
  vi.restoreAllMocks();
  stop();
});
