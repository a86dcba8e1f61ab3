import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, type HistogramQuery } from '../bridge/api';
import type { Histogram as Answer, Page } from '../bridge/types';
import { sum } from '../lib/tally';
import { Histogram, USUAL, type Subject } from './histogram.svelte';

const NOW = Date.UTC(2026, 10, 21, 14, 2, 8);
const all: Subject = { source: null, q: '', without: [], by: 'type' };
const nowhere = { from: 0, to: 0 };

/** A journal with a message of type a each second before NOW, one answer of which counts so many. */
class Journal {
  asked: (HistogramQuery & { source: string | null })[] = [];
  aborted = 0;
  last = 10_000;
  portion = Infinity;
  gaps: number[] = [];
  refuse: ApiError | null = null;

  received = (n: number) => NOW + (n - 10_000) * 1000;

  counts = async (source: string | null, query: HistogramQuery, signal?: AbortSignal): Promise<Answer> => {
    this.asked.push({ source, ...query });
    signal?.addEventListener('abort', () => this.aborted++);
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal?.throwIfAborted();
    if (this.refuse) throw this.refuse;
    const [from, to] = [Date.parse(query.from), Date.parse(query.to)];
    const number = (position: string | undefined) => Number(position?.split('.')[1] ?? NaN);
    const fits = (n: number) => this.received(n) >= from && this.received(n) < to;
    const low = Math.max(1, (number(query.after) || 0) + 1);
    let n = Math.min(this.last, (number(query.before) || Infinity) - 1);
    while (n >= low && this.received(n) >= to) n--;
    const last = n;
    const found = new Map<number, number>();
    const width = (to - from) / query.buckets;
    for (let left = this.portion; n >= low && fits(n) && left > 0; n--, left--) {
      const at = Math.floor((this.received(n) - from) / width);
      found.set(at, (found.get(at) ?? 0) + 1);
    }
    return {
      from: query.from,
      to: query.to,
      width_ms: width,
      lanes: found.size > 0 ? [{ name: 'a', total: 0, counts: [...found].flat() }] : [],
      other: [],
      gaps: this.gaps,
      first: `k.${n + 1}`,
      last: `k.${last}`,
      reached: new Date(this.received(n + 1)).toISOString(),
      more: n >= low && fits(n),
    };
  };
  page = vi.fn(async (): Promise<Page> => ({
    messages: [
      {
        position: 'k.5',
        source: 'a',
        kind: 'gap',
        received: '',
        gap: { missing: 3, code: 'disconnected', reason: '', from: '2026-11-21T14:00:00Z', to: '2026-11-21T14:01:00Z' },
      } as Page['messages'][number],
    ],
    from: 'k.1',
    to: 'k.9',
    more: false,
  }));
}

let journal: Journal;
let now: number;
let histogram: Histogram;
const total = () => [...histogram.tally.lanes.values()].reduce((n, counts) => n + sum(counts), 0);
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  journal = new Journal();
  now = NOW;
  histogram = new Histogram(journal, () => now);
});
afterEach(() => {
  histogram.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('it counts in portions from the newest back, and says how far', async () => {
  journal.portion = 200;
  histogram.show(all, 0);
  await wait(6);
  expect([total(), histogram.state]).toEqual([200, { is: 'counting', reached: NOW - 199_000 }]);
  await wait(30);
  // Fifteen minutes, of which the first bar begins at 13:47:10.
  expect([total(), histogram.state, histogram.stale]).toEqual([899, { is: 'whole' }, false]);
  expect(journal.asked.map((q) => q.before)).toEqual([undefined, 'k.9801', 'k.9601', 'k.9401', 'k.9201']);
});

test('another filter ends the count, and until its first answer the old picture stays', async () => {
  journal.portion = 100;
  histogram.show(all, 0);
  await wait(12);
  histogram.show({ ...all, q: 'paid' }, 0);
  expect([journal.aborted, histogram.stale, total()]).toEqual([3, true, 200]);
  await wait(6);
  expect([histogram.stale, total(), journal.asked.at(-1)!.q]).toEqual([false, 100, 'paid']);
  const asked = journal.asked.length;
  histogram.stop();
  await wait(100);
  expect([histogram.state.is, journal.asked.length]).toEqual(['stopped', asked]);
  histogram.further();
  await wait(100);
  expect([histogram.state.is, total()]).toEqual(['whole', 899]);
});

test('new messages are asked for alone, at most once a second, and the picture moves on without a request', async () => {
  histogram.show(all, 0);
  await wait(20);
  expect(journal.asked).toHaveLength(1);
  journal.last += 3;
  now += 3000;
  for (let i = 0; i < 5; i++) histogram.advance(true);
  await wait(20);
  expect([journal.asked.length, journal.asked[1].after, total()]).toEqual([2, 'k.10000', 892]);
  journal.last += 1;
  now += 1000;
  histogram.advance(true);
  await wait(500);
  expect(journal.asked).toHaveLength(2);
  await wait(600);
  expect([journal.asked.length, journal.asked[2].after]).toEqual([3, 'k.10003']);
  now += 60_000;
  histogram.advance(false);
  await wait(2000);
  expect([journal.asked.length, total()]).toEqual([3, 833]);
});

test('while the page is hidden it asks for nothing', async () => {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  histogram.show(all, 0);
  await wait(5000);
  expect(journal.asked).toHaveLength(0);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  await wait(20);
  expect([journal.asked.length, total()]).toEqual([1, 899]);
  hidden.mockReturnValue(true);
  histogram.advance(true);
  await wait(5000);
  expect(journal.asked).toHaveLength(1);
});

test('a moment inside the picture stops it, one outside is in its middle, and the way back leads to now', async () => {
  histogram.show(all, 0);
  histogram.follow({ following: true, moment: null, sight: { from: NOW - 30_000, to: NOW } });
  await wait(20);
  const { grid } = histogram.tally;
  histogram.follow({ following: false, moment: NOW - 60_000, sight: nowhere });
  await wait(20);
  now += 30_000;
  histogram.advance(false);
  expect([histogram.frame.is, histogram.tally.grid, journal.asked.length]).toEqual(['there', grid, 1]);
  const moment = NOW - 3_600_000;
  histogram.follow({ following: false, moment, sight: nowhere });
  await wait(20);
  expect(histogram.frame).toEqual({ is: 'there', from: moment - USUAL / 2, to: moment + USUAL / 2 });
  // Nothing that arrives now belongs to it.
  histogram.advance(true);
  await wait(2000);
  expect(journal.asked).toHaveLength(2);
  histogram.follow({ following: true, moment: null, sight: nowhere });
  expect(histogram.frame).toEqual({ is: 'live', span: USUAL });
});

test('the picture follows somebody who scrolls away, once they rest', async () => {
  histogram.show(all, 0);
  await wait(20);
  for (const back of [3_600_000, 3_700_000, 5_000_000]) {
    histogram.follow({ following: false, moment: null, sight: { from: NOW - back, to: NOW - back + 1000 } });
    await wait(50);
  }
  expect(journal.asked).toHaveLength(1);
  await wait(300);
  expect([journal.asked.length, histogram.frame.is, total()]).toEqual([2, 'there', 910]);
  // Within it, nothing is counted again.
  histogram.follow({ following: false, moment: null, sight: { from: NOW - 4_900_000, to: NOW - 4_890_000 } });
  await wait(500);
  expect(journal.asked).toHaveLength(2);
});

test('where the list reaches further back, so does the picture, unless the user has chosen', async () => {
  const sight = { from: NOW - 5 * 3_600_000, to: NOW };
  histogram.show(all, 0);
  histogram.follow({ following: true, moment: null, sight });
  expect(histogram.frame).toEqual({ is: 'live', span: 6 * 3_600_000 });
  histogram.show(all, 60_000);
  histogram.follow({ following: true, moment: null, sight });
  expect(histogram.frame).toEqual({ is: 'live', span: 60_000 });
});

test('a zoom shows only its time, and out of it what was shown before', async () => {
  histogram.show(all, 0);
  await wait(20);
  histogram.zoom(NOW - 120_000, NOW - 60_000);
  await wait(20);
  expect([total(), histogram.tally.grid.step]).toEqual([60, 500]);
  histogram.zoom(NOW - 90_000, NOW - 90_000);
  expect(histogram.frame).toMatchObject({ from: NOW - 90_050, to: NOW - 89_950 });
  histogram.zoomOut();
  await wait(20);
  expect(total()).toBe(60);
  histogram.zoomOut();
  expect(histogram.frame).toEqual({ is: 'live', span: USUAL });
  histogram.zoomOut();
  expect(histogram.frame).toEqual({ is: 'live', span: 3_600_000 });
});

test('the length of gaps is read once', async () => {
  journal.gaps = [4, 1];
  histogram.show(all, 0);
  await wait(20);
  expect(histogram.outages).toEqual([{ from: Date.UTC(2026, 10, 21, 14), to: Date.UTC(2026, 10, 21, 14, 1) }]);
  journal.gaps = [];
  histogram.advance(true);
  await wait(20);
  expect(journal.page).toHaveBeenCalledTimes(1);
});

test('what the server refuses is said, and a history that was replaced is counted anew', async () => {
  journal.refuse = new ApiError('bad_filter', 'It is wrong.', '', 'q', 400);
  histogram.show({ ...all, q: '(' }, 0);
  await wait(20);
  expect(histogram.state).toMatchObject({ is: 'failed', error: { code: 'bad_filter' } });
  journal.refuse = null;
  histogram.show(all, 0);
  await wait(20);
  journal.refuse = new ApiError('other_epoch', 'Another history.', '', 'after', 410);
  histogram.advance(true);
  await wait(7);
  journal.refuse = null;
  await wait(20);
  expect([total(), journal.asked.at(-1)!.after]).toEqual([899, undefined]);
});

test('shown again after another screen, it has the same time and is counted anew', async () => {
  histogram.show(all, 0);
  histogram.zoom(NOW - 120_000, NOW - 60_000);
  await wait(20);
  histogram.close();
  histogram.advance(true);
  await wait(2000);
  const asked = journal.asked.length;
  histogram.show(all, 0);
  await wait(20);
  expect([histogram.frame.is, journal.asked.length, total()]).toEqual(['zoomed', asked + 1, 60]);
});
