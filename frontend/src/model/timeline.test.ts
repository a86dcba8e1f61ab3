import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page } from '../bridge/types';
import { epochOf, numberOf } from '../lib/position';
import { Timeline } from './timeline.svelte';

/** A journal in memory that answers requests for pages as docs/api.md says. One search examines a limited number of messages. */
class Journal {
  messages: Message[] = [];
  asked: PageQuery[] = [];
  scan = Infinity;
  refuse: ApiError | null = null;
  badFilter = 'none';
  epoch = 'k';

  add(n: number, data = 'x', source = 'a', kind: Message['kind'] = 'event'): void {
    for (let i = 0; i < n; i++) {
      const number = this.messages.length + 1;
      const received = new Date(Date.UTC(2026, 10, 21, 14) + number * 1000).toISOString();
      this.messages.push({
        position: `${this.epoch}.${number}`,
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
  get head() {
    return `${this.epoch}.${this.last}`;
  }

  page = async (source: string | null, query: PageQuery, signal?: AbortSignal): Promise<Page> => {
    this.asked.push(query);
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal?.throwIfAborted();
    if (this.refuse) throw this.refuse;
    const { after, before, at, limit = 100, q = '' } = query;
    if (q === this.badFilter) throw new ApiError('bad_filter', 'The filter is wrong.', '', 'q', 400);
    for (const p of [after, before]) {
      if (p && epochOf(p) !== this.epoch) throw new ApiError('other_epoch', 'Another history.', '', 'after', 410);
    }
    const wanted = (m: Message) =>
      (source === null || m.source === source) &&
      (q === 'is:gap'
        ? m.kind === 'gap'
        : q === 'is:gap,note'
          ? m.kind !== 'event'
          : m.kind !== 'event' || m.data!.includes(q));
    const forward = after !== undefined || at !== undefined;
    let i = at
      ? this.messages.findIndex((m) => m.received >= at)
      : after
        ? numberOf(after)
        : (before ? numberOf(before) - 1 : this.last) - 1;
    if (at && i < 0) i = this.last;
    const bound = forward && before ? Math.min(this.last, numberOf(before) - 1) : this.last;
    const start = i;
    const found: Message[] = [];
    for (
      let scanned = 0;
      i >= 0 && i < bound && found.length < limit && scanned < this.scan;
      scanned++, i += forward ? 1 : -1
    ) {
      if (wanted(this.messages[i])) found.push(this.messages[i]);
    }
    if (!forward) found.reverse();
    const [from, to] = forward ? [start + 1, i] : [i + 2, start + 1];
    const more = forward ? i < bound : i >= 0;
    const edge = forward ? to : from;
    return {
      messages: found,
      from: `${this.epoch}.${from}`,
      to: `${this.epoch}.${to}`,
      more,
      ...(more && found.length < limit
        ? { searched_to: { position: `${this.epoch}.${edge}`, time: this.messages[edge - 1]?.received ?? '' } }
        : {}),
    };
  };
}

let journal: Journal;
let timeline: Timeline;
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const numbers = () => timeline.rows.map((m) => numberOf(m.position));
const change = () => timeline.advance(journal.head);
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
  timeline.scrolled(false);
  const index = timeline.span.base + 10;
  const row = timeline.rows[10];
  journal.add(214);
  change();
  await wait(100);
  expect(timeline.fresh?.count).toBe(214);
  expect(timeline.rows[index - timeline.span.base]).toBe(row);
});

test('after a long time scrolled up, rows are only counted', async () => {
  journal.add(500);
  await open();
  timeline.scrolled(false);
  for (let i = 0; i < 20; i++) {
    journal.add(400);
    change();
    await wait(100);
  }
  expect(timeline.rows.length).toBeLessThan(3600);
  expect(timeline.fresh?.count).toBe(8000);
  expect(timeline.fresh?.more).toBe(false);
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
  expect(timeline.fresh?.count).toBe(20);
  timeline.resume();
  await wait(100);
  expect(numbers().at(-1)).toBe(520);
  expect(timeline.fresh?.count).toBe(20);
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
  timeline.scrolled(false);
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
  expect(timeline.selectedIndex).toBe(timeline.reader.startIndex);
  expect(timeline.following).toBe(false);
  journal.add(7);
  change();
  await wait(100);
  expect(timeline.fresh?.count).toBe(7);
  expect(unbroken(numbers())).toBe(true);
});

test('a jump to a time after the last message says so and shows the newest', async () => {
  journal.add(50);
  await open();
  await Promise.all([timeline.jump(new Date('2027-01-01T00:00:00Z')), wait(200)]);
  expect(timeline.standing.is === 'following' && timeline.standing.remark).toBe('nothing-since');
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

test('a rare search goes on until it has found something, and says how far it has looked', async () => {
  journal.add(1, 'needle');
  journal.add(30_000);
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(100)]);
  expect([timeline.rows.length, timeline.nothing]).toEqual([0, false]);
  const { looked } = timeline.searching!;
  expect(looked!.time).toBe(journal.messages[numberOf(looked!.to) - 1].received);
  await wait(50);
  expect(numberOf(timeline.searching!.looked!.to)).toBeLessThan(numberOf(looked!.to));
  await wait(1000);
  expect([numbers(), timeline.span.start, timeline.state.is]).toEqual([[1], true, 'following']);
});

test('a search can be stopped, shows what arrives meanwhile, and goes on when asked', async () => {
  journal.add(1, 'needle');
  journal.add(30_000);
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(100)]);
  timeline.stopSearch();
  journal.asked = [];
  await wait(500);
  await timelineOlder();
  expect([journal.asked.length, timeline.searching?.stopped, timeline.nothing]).toEqual([0, true, false]);
  journal.add(1, 'needle');
  change();
  await wait(100);
  expect(numbers()).toEqual([30_002]);
  timeline.searchFurther();
  await wait(1000);
  expect([numbers(), timeline.searching]).toEqual([[1, 30_002], null]);
});

test('a search that finds nothing says so when it has looked at everything', async () => {
  journal.add(5000);
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(12)]);
  expect([timeline.nothing, timeline.searching !== null]).toEqual([false, true]);
  await wait(500);
  expect([timeline.nothing, timeline.searching]).toEqual([true, null]);
});

test('a jump whose search is cut short looks on, and does not say that nothing came', async () => {
  journal.add(20_000);
  journal.add(1, 'needle');
  journal.add(100);
  journal.scan = 1000;
  await open();
  await Promise.all([timeline.filter('needle'), wait(100)]);
  void timeline.jump(new Date(journal.messages[9].received));
  await wait(60);
  expect([timeline.searching?.direction, timeline.searching?.then.is]).toEqual(['forward', 'reading']);
  await wait(1000);
  expect(timeline.selected?.position).toBe('k.20001');
  expect([timeline.state.is, timeline.standing.is]).toEqual(['reading', 'reading']);
  void timeline.jump(new Date(journal.messages[20_050].received));
  await wait(300);
  expect(timeline.standing.is === 'following' && timeline.standing.remark).toBe('nothing-since');
});

test('a source whose messages lie far back is searched without a filter too', async () => {
  journal.add(3, 'x', 'rare');
  journal.add(9000);
  journal.scan = 1000;
  await open('rare');
  await wait(500);
  expect([numbers(), timeline.span.start]).toEqual([[1, 2, 3], true]);
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
  for (const stand of [() => timeline.scrolled(false), () => timeline.pause()]) {
    stand();
    const before = [timeline.following, timeline.paused, timeline.reader.generation, timeline.span];
    await Promise.all([timeline.filter('"a'), wait(100)]);
    expect([timeline.following, timeline.paused, timeline.reader.generation, timeline.span]).toEqual(before);
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

test('a jump before any change is known counts only what arrives from then on', async () => {
  journal.add(5001);
  const opened = timeline.open(null, '', { time: journal.messages[99].received });
  await wait(50);
  await opened;
  expect([timeline.selected?.position, timeline.fresh?.count]).toEqual(['k.100', 0]);
  change();
  await wait(200);
  expect(timeline.fresh?.count).toBe(0);
  journal.add(2);
  change();
  await wait(200);
  expect(timeline.fresh?.count).toBe(2);
});

test('paused after a jump, it loads on in both directions as far as the pause', async () => {
  journal.add(5000);
  await open();
  timeline.pause();
  // The jump comes from the place.
  await Promise.all([timeline.open(null, '', { time: journal.messages[1999].received }), wait(100)]);
  expect(timeline.paused).toBe(true);
  journal.add(7);
  change();
  await wait(100);
  while (!timeline.ended) await Promise.all([timeline.newer(), wait(50)]);
  expect(numbers().at(-1)).toBe(5000);
  expect(unbroken(numbers())).toBe(true);
  expect(timeline.fresh?.count).toBe(7);
  while (!timeline.span.start) await timelineOlder();
  expect(numbers()[0]).toBe(1);
  while (!timeline.ended) await Promise.all([timeline.newer(), wait(50)]);
  timeline.resume();
  change();
  while (!timeline.ended) await Promise.all([timeline.newer(), wait(50)]);
  await wait(200);
  expect(numbers().at(-1)).toBe(5007);
  expect(unbroken(numbers())).toBe(true);
});

test('paused and scrolled up past the most rows, there is a way down again', async () => {
  journal.add(10_000);
  await open();
  timeline.pause();
  while (!timeline.span.start) await timelineOlder();
  expect([numbers()[0], timeline.rows.length, timeline.ended]).toEqual([1, 3000, false]);
  while (!timeline.ended) await Promise.all([timeline.newer(), wait(50)]);
  expect(numbers().at(-1)).toBe(10_000);
  expect(unbroken(numbers())).toBe(true);
});

test('scrolled up while thousands arrive, the rows can be read on to the end without a hole', async () => {
  journal.add(500);
  await open();
  timeline.scrolled(false);
  for (let i = 0; i < 20; i++) {
    journal.add(400);
    change();
    await wait(100);
  }
  expect([timeline.span.end, timeline.fresh?.count]).toEqual([false, 8000]);
  while (!timeline.ended) await Promise.all([timeline.newer(), wait(50)]);
  expect(numbers().at(-1)).toBe(8500);
  expect(unbroken(numbers())).toBe(true);
  timeline.scrolled(true);
  expect(timeline.following).toBe(true);
});

test('rows at the top that a reader looks at are not pushed out by what arrives at the end', async () => {
  journal.add(3000);
  await open();
  timeline.scrolled(false);
  while (timeline.rows.length < 2900) await timelineOlder();
  const first = timeline.rows[0];
  journal.add(400);
  change();
  await wait(500);
  expect(timeline.rows[0]).toBe(first);
  expect(timeline.fresh?.count).toBe(400);
});

test.each([
  ['smaller', 20],
  ['larger', 2000],
])('after a restart on another, %s history, its rows replace the old ones', async (_, n) => {
  journal.add(1000);
  await open();
  timeline.select(timeline.rows[5]);
  journal.messages = [];
  journal.epoch = 'n';
  journal.add(n);
  change();
  await wait(100);
  expect([numbers().at(-1), epochOf(timeline.rows[0].position)]).toEqual([n, 'n']);
  expect([timeline.selected, timeline.standing.is]).toEqual([null, 'following']);
  expect(timeline.standing.is === 'following' && timeline.standing.remark).toBe('other-history');
  journal.add(1);
  change();
  await wait(100);
  expect(numbers().at(-1)).toBe(n + 1);
});

test('another history is noticed by a request too, before any change is reported', async () => {
  journal.add(1000);
  await open();
  timeline.scrolled(false);
  journal.messages = [];
  journal.epoch = 'n';
  journal.add(20);
  await timelineOlder();
  await wait(100);
  expect([numbers().length, epochOf(timeline.rows[0].position)]).toEqual([20, 'n']);
});

test('without the filter, the selected hit stays in sight, or the place', async () => {
  journal.add(2000);
  journal.messages[499].data = 'needle';
  await open();
  await Promise.all([timeline.filter('needle'), wait(100)]);
  timeline.select(timeline.rows[0]);
  await Promise.all([timeline.filter(''), wait(100)]);
  expect([timeline.selected?.position, timeline.selectedIndex]).toEqual(['k.500', timeline.reader.startIndex]);
  expect([timeline.standing.is, numbers().includes(499), numbers().includes(501)]).toEqual(['reading', true, true]);
  timeline.select(null);
  await Promise.all([timeline.filter('x'), wait(100)]);
  timeline.scrolled(false);
  timeline.sighted({ first: timeline.span.base + 7, last: timeline.span.base + 30, atEnd: false }, 0);
  const place = timeline.rows[7].position;
  await Promise.all([timeline.filter(''), wait(100)]);
  expect(timeline.rows[timeline.reader.startIndex! - timeline.span.base].position).toBe(place);
});

test('a selected message that the new filter shows stays in sight; else the newest matches are shown', async () => {
  journal.add(1000);
  journal.messages[99].data = 'x needle';
  await open();
  await Promise.all([timeline.visit('k.100'), wait(100)]);
  await Promise.all([timeline.filter('needle'), wait(100)]);
  expect([numbers(), timeline.selectedIndex, timeline.standing.is]).toEqual([[100], 0, 'reading']);
  await Promise.all([timeline.filter(''), wait(100)]);
  journal.messages[999].data = 'other';
  await Promise.all([timeline.filter('other'), wait(100)]);
  expect([numbers(), timeline.standing.is]).toEqual([[1000], 'following']);
});

test('a moment stays while the list is filtered and scrolled, and is left on the way back to live', async () => {
  journal.add(1000);
  journal.messages[699].data = 'other';
  await open();
  const time = journal.messages[499].received;
  await Promise.all([timeline.jump(new Date(time)), wait(100)]);
  expect([timeline.moment, timeline.selected?.position]).toEqual([time, 'k.500']);
  timeline.scrolled(false);
  timeline.pause();
  timeline.resume();
  expect(timeline.moment).toBe(time);
  // The selected message does not match: the first match after the moment is shown.
  await Promise.all([timeline.filter('other'), wait(100)]);
  expect([numbers(), timeline.moment, timeline.standing.is]).toEqual([[700], time, 'reading']);
  await Promise.all([timeline.filter(''), wait(100)]);
  expect([timeline.moment, numbers().includes(700)]).toEqual([time, true]);
  await Promise.all([timeline.seek(100), wait(100)]);
  expect([timeline.moment, numbers().includes(100)]).toEqual([time, true]);
  await Promise.all([timeline.latest(), wait(100)]);
  expect([timeline.moment, timeline.standing.is]).toEqual(['', 'following']);
  // A link has both a moment and a message.
  await Promise.all([timeline.open(null, '', { time, position: 'k.600' }), wait(100)]);
  expect([timeline.moment, timeline.selected?.position]).toEqual([time, 'k.600']);
});

test('a source that is there again is shown without being asked', async () => {
  journal.add(10);
  journal.refuse = new ApiError('not_found', 'There is no source called a.', '', '', 404);
  await open('a');
  expect(timeline.error?.status).toBe(404);
  journal.asked = [];
  change();
  await wait(5000);
  expect(journal.asked).toEqual([]);
  journal.refuse = null;
  await Promise.all([timeline.sourceReturned(), wait(100)]);
  expect([numbers().length, timeline.error]).toEqual([10, null]);
});

test('rows that could not be loaded are asked for again, and the error is shown meanwhile', async () => {
  journal.add(10);
  journal.refuse = new ApiError('status', 'Signalbox answered 500.', '', '', 500);
  void timeline.open(null);
  await wait(100);
  expect([timeline.error?.status, timeline.retrying]).toEqual([500, true]);
  journal.refuse = null;
  await wait(1000);
  expect([numbers().length, timeline.error]).toEqual([10, null]);
});

test('a message that a link names is selected, or it is said that it is not stored', async () => {
  journal.add(1000);
  await Promise.all([timeline.open(null, '', { position: 'k.200' }), wait(100)]);
  expect([timeline.selected?.position, timeline.standing.is]).toEqual(['k.200', 'reading']);
  await Promise.all([timeline.open(null, '', { position: 'k.7000' }), wait(100)]);
  expect([timeline.selected, timeline.standing.is === 'following' && timeline.standing.remark]).toEqual([
    null,
    'not-stored',
  ]);
  await Promise.all([timeline.open(null, '', { position: 'n.5' }), wait(100)]);
  expect(timeline.standing.is === 'following' && timeline.standing.remark).toBe('link-elsewhere');
});

test('the next and the previous gap, trouble and bookmark are found in all of history', async () => {
  journal.add(5000);
  const put = (n: number, more: Partial<Message>) => Object.assign(journal.messages[n - 1], more);
  put(10, { kind: 'gap', gap: { missing: 0, code: 'disconnected', reason: '' } });
  put(20, { kind: 'gap', gap: { missing: null, code: 'disconnected', reason: '' } });
  put(2500, { kind: 'note', note: { code: 'opened', reason: '' } });
  put(4990, { kind: 'note', note: { code: 'failed', reason: '' } });
  journal.scan = 700;
  await open();
  const go = async (...asked: Parameters<Timeline['landmark']>) => {
    const done = timeline.landmark(...asked);
    await wait(2000);
    const found = await done;
    return found === null ? null : numberOf(timeline.selected!.position);
  };
  expect(await go('trouble', -1)).toBe(4990);
  expect(await go('gap', -1)).toBe(20);
  expect(await go('gap', -1)).toBe(10);
  expect(await go('gap', -1)).toBeNull();
  expect(await go('trouble', 1)).toBe(20);
  expect(await go('trouble', 1)).toBe(4990);
  const marked = [15, 3000, 4995];
  expect(await go('bookmark', -1, marked)).toBe(3000);
  expect(await go('bookmark', 1, marked)).toBe(4995);
  expect(await go('bookmark', 1, marked)).toBeNull();
});
