import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page } from '../bridge/types';
import { numberOf } from '../lib/position';
import { Timeline } from './timeline.svelte';

/** A journal in memory that answers requests for pages as docs/api.md says. One search examines a limited number of messages. */
class Journal {
  messages: Message[] = [];
  asked: PageQuery[] = [];
  scan = Infinity;
  refuse: ApiError | null = null;
  badFilter = 'none';

  add(n: number, data = 'x', source = 'a', kind: Message['kind'] = 'event'): void {
    for (let i = 0; i < n; i++) {
      const number = this.messages.length + 1;
      const received = new Date(Date.UTC(2026, 10, 21, 14) + number * 1000).toISOString();
      this.messages.push({
        position: `k.${number}`,
        source,
        kind,
        event: 'tick',
        id: `${number}`,
        data,
        size: data.length,
        received,
      });
    }
  }
  get last() {
    return this.messages.length;
  }

  page = async (source: string | null, query: PageQuery, signal?: AbortSignal): Promise<Page> => {
    this.asked.push(query);
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal?.throwIfAborted();
    if (this.refuse) throw this.refuse;
    const { after, before, at, limit = 100, q = '' } = query;
    if (q === this.badFilter) throw new ApiError('bad_filter', 'The filter is wrong.', '', 'q', 400);
    const wanted = (m: Message) =>
      (source === null || m.source === source) &&
      (q === 'is:gap' ? m.kind === 'gap' : m.kind !== 'event' || m.data!.includes(q));
    const forward = after !== undefined || at !== undefined;
    let i = at
      ? this.messages.findIndex((m) => m.received >= at)
      : after
        ? numberOf(after)
        : (before ? numberOf(before) - 1 : this.last) - 1;
    if (at && i < 0) i = this.last;
    const start = i;
    const found: Message[] = [];
    for (
      let scanned = 0;
      i >= 0 && i < this.last && found.length < limit && scanned < this.scan;
      scanned++, i += forward ? 1 : -1
    ) {
      if (wanted(this.messages[i])) found.push(this.messages[i]);
    }
    if (!forward) found.reverse();
    const [from, to] = forward ? [start + 1, i] : [i + 2, start + 1];
    return { messages: found, from: `k.${from}`, to: `k.${to}`, more: forward ? i < this.last : i >= 0 };
  };
}

let journal: Journal;
let timeline: Timeline;
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const numbers = () => timeline.rows.map((m) => numberOf(m.position));
const change = () => timeline.advance(journal.last);
async function open(source: string | null = null) {
  const opened = timeline.open(source);
  change();
  await wait(50);
  await opened;
}
const unbroken = (list: number[]) => list.every((n, i) => i === 0 || n === list[i - 1] + 1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  journal = new Journal();
  timeline = new Timeline(journal);
});
afterEach(() => vi.useRealTimers());

test('it begins at the newest messages and follows them', async () => {
  journal.add(1000);
  await open();
  expect(numbers().at(-1)).toBe(1000);
  journal.add(3);
  change();
  await wait(50);
  expect(numbers().at(-1)).toBe(1003);
  expect(timeline.following).toBe(true);
  expect(unbroken(numbers())).toBe(true);
});

test('a first message in an empty journal appears', async () => {
  await open();
  expect(numbers()).toEqual([]);
  journal.add(1);
  change();
  await wait(100);
  expect(numbers()).toEqual([1]);
});

test('however many changes there are, one request is in flight, and at most 25 are made a second', async () => {
  journal.add(10);
  await open();
  journal.asked = [];
  for (let i = 0; i < 1000; i++) {
    journal.add(1);
    change();
    await wait(1);
  }
  expect(journal.asked.length).toBeLessThanOrEqual(26);
  await wait(100);
  expect(numbers().at(-1)).toBe(1010);
});

test('far behind the end, it jumps there and skips the rows in between', async () => {
  journal.add(100);
  await open();
  journal.add(100_000);
  change();
  await wait(100);
  expect(numbers().at(-1)).toBe(100_100);
  expect(unbroken(numbers())).toBe(true);
  await timelineOlder();
  expect(unbroken(numbers())).toBe(true);
});

async function timelineOlder() {
  const done = timeline.older();
  await wait(50);
  await done;
}

test('rows stay few however long it follows', async () => {
  journal.add(10);
  await open();
  for (let i = 0; i < 100; i++) {
    journal.add(400);
    change();
    await wait(60);
  }
  expect(timeline.rows.length).toBeLessThanOrEqual(3000);
  expect(numbers().at(-1)).toBe(40_010);
});

test('while scrolled up, nothing moves and new messages are counted', async () => {
  journal.add(500);
  await open();
  timeline.follow(false);
  const index = timeline.span.base + 10;
  const row = timeline.rows[10];
  journal.add(214);
  change();
  await wait(100);
  expect(timeline.fresh.count).toBe(214);
  expect(timeline.rows[index - timeline.span.base]).toBe(row);
});

test('after a long time scrolled up, rows are only counted', async () => {
  journal.add(500);
  await open();
  timeline.follow(false);
  for (let i = 0; i < 20; i++) {
    journal.add(400);
    change();
    await wait(100);
  }
  expect(timeline.rows.length).toBeLessThan(3600);
  expect(timeline.fresh.count).toBe(8000);
  expect(timeline.fresh.more).toBe(false);
  await Promise.all([timeline.end(), wait(100)]);
  expect(numbers().at(-1)).toBe(8500);
});

test('while paused, no rows are added, and it continues without a hole', async () => {
  journal.add(500);
  await open();
  timeline.pause();
  journal.add(20);
  change();
  await wait(100);
  expect(numbers().at(-1)).toBe(500);
  expect(timeline.fresh.count).toBe(20);
  timeline.resume();
  await wait(100);
  expect(numbers().at(-1)).toBe(520);
  expect(timeline.fresh.count).toBe(20);
  expect(timeline.following).toBe(false);
  expect(unbroken(numbers())).toBe(true);
});

test('paused, it can go on from the latest', async () => {
  journal.add(500);
  await open();
  timeline.pause();
  journal.add(5000);
  change();
  await wait(200);
  await Promise.all([timeline.latest(), wait(100)]);
  expect([timeline.paused, timeline.following, numbers().at(-1)]).toEqual([false, true, 5500]);
});

test('the whole history can be read backwards and forwards without a hole', async () => {
  journal.add(10_000);
  await open();
  timeline.follow(false);
  while (!timeline.span.start) await timelineOlder();
  expect(numbers()[0]).toBe(1);
  expect(timeline.rows.length).toBe(3000);
  expect(unbroken(numbers())).toBe(true);
  while (!timeline.span.end) await Promise.all([timeline.newer(), wait(50)]);
  expect(numbers().at(-1)).toBe(10_000);
  expect(unbroken(numbers())).toBe(true);
});

test('a jump to a time shows the first message from then on, and counts later ones', async () => {
  journal.add(5000);
  await open();
  const [jumped] = await Promise.all([timeline.jump(new Date(journal.messages[1999].received)), wait(100)]);
  expect(jumped).toBeUndefined();
  expect(timeline.selected?.position).toBe('k.2000');
  expect(timeline.selectedIndex).toBe(timeline.startIndex);
  expect(timeline.following).toBe(false);
  journal.add(7);
  change();
  await wait(100);
  expect(timeline.fresh.count).toBe(7);
  expect(unbroken(numbers())).toBe(true);
});

test('a jump to a time after the last message says so and shows the newest', async () => {
  journal.add(50);
  await open();
  await Promise.all([timeline.jump(new Date('2027-01-01T00:00:00Z')), wait(200)]);
  expect(timeline.remark).toMatch(/No message was received/);
  expect(numbers().at(-1)).toBe(50);
});

test('a selected row stays selected', async () => {
  journal.add(500);
  await open();
  timeline.step(1, timeline.span.base + 299);
  expect(timeline.selected?.position).toBe('k.500');
  const index = timeline.selectedIndex;
  journal.add(100);
  change();
  await wait(100);
  expect(timeline.selectedIndex).toBe(index);
  expect(timeline.following).toBe(false);
});

test('a rare search stops after a while, says how far it got, and continues on request', async () => {
  journal.add(1, 'needle');
  journal.add(30_000);
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(500)]);
  expect(timeline.rows).toEqual([]);
  expect(timeline.searchedBack?.time).toBe(journal.messages[numberOf(timeline.searchedBack!.to)].received);
  while (timeline.searchedBack) await Promise.all([timeline.searchFurther(), wait(500)]);
  expect(numbers()).toEqual([1]);
  expect(timeline.span.start).toBe(true);
});

test('new messages are filtered too', async () => {
  journal.add(10);
  await open();
  await Promise.all([timeline.filter('needle'), wait(100)]);
  journal.add(5);
  journal.add(1, 'needle');
  journal.add(5);
  change();
  await wait(100);
  expect(numbers()).toEqual([16]);
});

test('while a filter is refused, the list keeps the previous one', async () => {
  journal.add(10, 'x');
  await open();
  await Promise.all([timeline.filter('x'), wait(100)]);
  journal.badFilter = '"a';
  await Promise.all([timeline.filter('"a'), wait(100)]);
  expect([timeline.refused?.field, timeline.error, timeline.q, timeline.appliedFilter]).toEqual(['q', null, '"a', 'x']);
  expect(numbers()).toHaveLength(10);
  journal.asked = [];
  journal.add(1, 'y');
  journal.add(1, 'x');
  change();
  await wait(500);
  expect(numbers().at(-1)).toBe(12);
  expect(numbers()).toHaveLength(11);
  expect(new Set(journal.asked.map((a) => a.q))).toEqual(new Set(['x']));
  await Promise.all([timeline.jump(new Date(journal.messages[4].received)), wait(100)]);
  expect(timeline.selected?.position).toBe('k.5');
  await Promise.all([timeline.filter('y'), wait(100)]);
  expect([timeline.refused, numbers()]).toEqual([null, [11]]);
});

test('a refused filter leaves the position of a reader who scrolled up or paused', async () => {
  journal.add(500);
  await open();
  journal.badFilter = '"a';
  for (const stand of [() => timeline.follow(false), () => timeline.pause()]) {
    stand();
    const before = [timeline.following, timeline.paused, timeline.generation, timeline.span];
    await Promise.all([timeline.filter('"a'), wait(100)]);
    expect([timeline.following, timeline.paused, timeline.generation, timeline.span]).toEqual(before);
    expect(timeline.refused).not.toBeNull();
  }
});

test('a source that is opened with an invalid filter is shown without a filter', async () => {
  journal.add(10, 'x', 'a');
  journal.add(10, 'x', 'b');
  await open('a');
  await Promise.all([timeline.filter('x'), wait(100)]);
  journal.badFilter = '"a';
  await Promise.all([timeline.open('b', '"a'), wait(100)]);
  expect([timeline.refused?.field, timeline.appliedFilter]).toEqual(['q', '']);
  expect(numbers()).toHaveLength(10);
  expect(new Set(timeline.rows.map((m) => m.source))).toEqual(new Set(['b']));
});

test('a search that finds only gaps says that no message matches, and can search on', async () => {
  journal.add(1, 'needle');
  journal.add(3000);
  journal.add(2, 'x', 'a', 'gap');
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(500)]);
  expect([numbers(), timeline.onlyGaps]).toEqual([[1, 3002, 3003], false]);
  await Promise.all([timeline.filter('nowhere'), wait(500)]);
  expect([numbers(), timeline.onlyGaps, timeline.span.start]).toEqual([[3002, 3003], true, true]);
  await Promise.all([timeline.filter('is:gap'), wait(500)]);
  expect([numbers(), timeline.onlyGaps]).toEqual([[3002, 3003], false]);
});

test("another source's rows never stand under a name whose own cannot be read", async () => {
  journal.add(10);
  await open();
  journal.refuse = new ApiError('not_found', 'There is no source called b.', '', '', 404);
  await open('b');
  expect(timeline.rows).toEqual([]);
  expect(timeline.error?.message).toBe('There is no source called b.');
});

test('a second choice wins over the first', async () => {
  journal.add(10, 'x', 'a');
  journal.add(10, 'x', 'b');
  void timeline.open('a');
  await wait(1);
  await open('b');
  expect(new Set(timeline.rows.map((m) => m.source))).toEqual(new Set(['b']));
});

test('an unreachable server is asked again at the next change, and nothing is lost', async () => {
  journal.add(10);
  await open();
  journal.refuse = new ApiError('unreachable', 'Signalbox cannot be reached.');
  journal.add(5);
  change();
  await wait(200);
  journal.refuse = null;
  change();
  await wait(100);
  expect(unbroken(numbers())).toBe(true);
  expect(numbers().at(-1)).toBe(15);
});
