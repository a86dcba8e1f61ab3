import { api, type ApiError } from '../bridge/api';
import type { Position } from '../bridge/types';
import { sleep, untilVisible } from '../lib/visibility';
import { add, emptyTally, endOf, gridOf, gridUntil, slide, SPANS, within, type Grid, type Tally } from '../lib/tally';
import { Loader } from './loader.svelte';

/** The usual length of the picture, in milliseconds. */
export const USUAL = SPANS[1];
/** The shortest time that can be shown. */
const LEAST = 100;
/** The shortest time between two requests for new messages. */
const CALM = 1000;
/** After a request that took long, the next waits so many times as long. */
const REST = 8;
/** While the place moves, as when somebody scrolls, nothing is counted for so long. */
const SETTLE = 250;
/** The most gaps whose length is shown. */
const MOST_GAPS = 200;

/** What is counted. */
export interface Subject {
  /** null for all sources. */
  source: string | null;
  q: string;
  without: readonly string[];
  by: 'type' | 'source';
}

/** Which time the picture shows. */
export type Frame =
  /** It ends now. */
  | { is: 'live'; span: number }
  /** It stands where the list is. */
  | { is: 'there'; from: number; to: number }
  /** The user has chosen it; `outer` is what was shown before. */
  | { is: 'zoomed'; from: number; to: number; outer: Frame };

/** How far it has counted. */
export type Counting =
  /** `reached` is the time from which on everything is counted; null before the first answer. */
  | { is: 'counting'; reached: number | null }
  | { is: 'stopped'; reached: number | null }
  | { is: 'whole' }
  | { is: 'failed'; error: ApiError };

/** Where the list is. */
export interface Where {
  following: boolean;
  /** The time that the user travelled to; null for none. */
  moment: number | null;
  /** When the first and the last row in sight were received; 0 while there are none. */
  sight: { from: number; to: number };
}

export type HistogramApi = Pick<typeof api, 'counts' | 'page'>;

/**
 * A Histogram counts messages by time: all of a time once, in portions from the newest back, and then
 * only what is new. It asks for nothing while the page is hidden.
 */
export class Histogram {
  frame = $state.raw<Frame>({ is: 'live', span: USUAL });
  state = $state.raw<Counting>({ is: 'whole' });
  /** What is shown: while another subject is counted for the first time, still the one before. */
  tally = $state.raw<Tally>(emptyTally(gridUntil(0, USUAL)));
  /** The times without a connection that are known. */
  outages = $state.raw<readonly { from: number; to: number }[]>([]);
  /** What the tally counts is not what is wanted any more. */
  stale = $state(true);

  #subject: Subject | null = null;
  #closed = true;
  /** The length that the user wants to see; 0 for one that suits the list. */
  #span = 0;
  #moment: number | null = null;
  #following = true;
  #grid: Grid = gridUntil(0, USUAL);
  /** The last position that was counted, and the first. */
  #last: Position = '';
  #first: Position = '';
  readonly #count = new Loader();
  readonly #more = new Loader();
  readonly #gaps = new Loader();
  #due: ReturnType<typeof setTimeout> | undefined;
  #readyAt = 0;
  /** When the last request was made. */
  #countedAt = 0;

  constructor(
    readonly calls: HistogramApi = api,
    readonly now: () => number = Date.now,
  ) {}

  /** Counts this from now on. */
  show(subject: Subject, span: number): void {
    const before = this.#subject;
    const other = before !== null && before.source !== subject.source;
    const wider = span !== this.#span;
    if (!this.#closed && !wider && before && keyOf(before) === keyOf(subject)) return;
    this.#closed = false;
    this.#subject = subject;
    this.#span = span;
    if (other) [this.#moment, this.#following] = [null, true];
    if (wider || other) this.frame = this.#base();
    this.#begin();
  }

  /** The list is there now. */
  follow({ following, moment, sight }: Where): void {
    const [was, left] = [this.#moment, this.#moment !== null && moment === null];
    const caught = following && !this.#following;
    this.#moment = moment;
    this.#following = following;
    if (this.#closed) return;
    const { frame } = this;
    const grid = this.#gridNow();
    if (moment !== null) {
      if (moment === was) return;
      if (!within(grid, moment)) this.#at({ is: 'there', ...around(moment, lengthOf(frame)) });
      // The picture stops moving, and what was counted stays.
      else if (frame.is === 'live') this.frame = { is: 'there', from: grid.from, to: endOf(grid) };
    } else if (following) {
      if (frame.is !== 'live' && (left || (caught && frame.is === 'there'))) this.#at(this.#base());
      else if (frame.is === 'live' && this.#span === 0 && sight.from > 0 && sight.from < grid.from) {
        const span = SPANS.find((s) => gridUntil(this.now(), s).from <= sight.from) ?? SPANS.at(-1)!;
        if (span > frame.span) this.#at({ is: 'live', span });
      }
    } else if (frame.is !== 'zoomed' && sight.from > 0 && (sight.to < grid.from || sight.from >= endOf(grid))) {
      this.#at({ is: 'there', ...around((sight.from + sight.to) / 2, lengthOf(frame)) }, SETTLE);
    }
  }

  /** Shows only this time. */
  zoom(from: number, to: number): void {
    const lacks = Math.max(0, LEAST - (to - from)) / 2;
    this.#at({ is: 'zoomed', from: from - lacks, to: to + lacks, outer: this.frame });
  }

  /** Shows what was shown before, or more. */
  zoomOut(): void {
    const { frame } = this;
    if (frame.is === 'zoomed') return this.#at(frame.outer);
    const next = SPANS.find((s) => s > lengthOf(frame));
    if (!next) return;
    if (frame.is === 'live') this.#at({ is: 'live', span: next });
    else this.#at({ is: 'there', ...around((frame.from + frame.to) / 2, next) });
  }

  /** Shows as much as usual, without a zoom. */
  reset(): void {
    this.#at(this.#base());
  }

  /** Time has passed, or messages have come. Asks for what is new, but not at once again. */
  advance(news: boolean): void {
    if (this.#closed) return;
    this.#slide();
    if (!news || !this.#open || this.#due !== undefined) return;
    const wait = Math.max(0, this.#readyAt - performance.now());
    this.#due = setTimeout(() => {
      this.#due = undefined;
      void this.#extend();
    }, wait);
  }

  /** Stops counting. What was counted stays. */
  stop(): void {
    if (this.state.is !== 'counting') return;
    this.#count.stop();
    this.state = { is: 'stopped', reached: this.state.reached };
  }

  /** Counts on. */
  further(): void {
    this.state = { is: 'counting', reached: this.state.is === 'stopped' ? this.state.reached : null };
    void this.#run();
  }

  /** Nobody sees it any more: everything is counted anew when it is shown again. */
  close(): void {
    this.#closed = true;
    this.#halt();
  }

  #halt(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    for (const loader of [this.#count, this.#more, this.#gaps]) loader.reset();
  }

  /** The frame without a zoom. */
  #base(): Frame {
    const span = this.#span || USUAL;
    return this.#moment === null ? { is: 'live', span } : { is: 'there', ...around(this.#moment, span) };
  }

  #gridNow(): Grid {
    const { frame } = this;
    return frame.is === 'live' ? gridUntil(this.now(), frame.span) : gridOf(frame.from, frame.to);
  }

  /** New messages belong to the picture. */
  get #open(): boolean {
    return this.#last !== '' && (this.frame.is === 'live' || endOf(this.#grid) > this.#countedAt);
  }

  #at(frame: Frame, wait = 0): void {
    this.frame = frame;
    this.#begin(wait);
  }

  #begin(wait = 0): void {
    this.#halt();
    this.#grid = this.#gridNow();
    this.#first = this.#last = '';
    this.stale = true;
    this.state = { is: 'counting', reached: null };
    void this.#run(wait);
  }

  /** Counts from the newest message back, until everything is counted. */
  async #run(wait = 0): Promise<void> {
    await this.#count.run(
      async (signal) => {
        if (wait > 0) await sleep(wait, signal);
        for (let more = true; more;) {
          await untilVisible(signal);
          signal.throwIfAborted();
          this.#countedAt = this.now();
          const answer = await this.#ask(signal, { before: this.#first || undefined });
          if (this.#last === '') this.#last = answer.last;
          this.tally = add(this.stale ? emptyTally(this.#grid) : this.tally, answer);
          if (this.stale) this.outages = [];
          this.stale = false;
          this.#first = answer.first;
          more = answer.more;
          if (more) this.state = { is: 'counting', reached: Date.parse(answer.reached) };
        }
      },
      () => {
        this.state = { is: 'whole' };
        this.#slide();
        void this.#measureGaps();
      },
      { retry: true },
    );
    const error = this.#count.fault;
    if (!error || this.state.is !== 'counting') return;
    if (error.code === 'other_epoch') this.#begin();
    else this.state = { is: 'failed', error };
  }

  /** Counts what has come since the last request. */
  async #extend(): Promise<void> {
    const began = performance.now();
    let before: Position | undefined;
    let last = '';
    const gaps = this.tally.gaps;
    await this.#more.run(async (signal) => {
      for (let more = true; more;) {
        await untilVisible(signal);
        signal.throwIfAborted();
        this.#slide();
        this.#countedAt = this.now();
        const answer = await this.#ask(signal, { after: this.#last, before });
        last ||= answer.last;
        this.tally = add(this.tally, answer, true);
        before = answer.first;
        more = answer.more;
      }
      this.#last = last;
    });
    // What has come between would be counted twice, or not at all.
    if (this.#more.fault?.code === 'other_epoch' || (this.#more.fault && before)) return this.#begin();
    this.#readyAt = performance.now() + Math.max(CALM, REST * (performance.now() - began));
    if (this.tally.gaps !== gaps) void this.#measureGaps();
  }

  async #ask(signal: AbortSignal, range: { before?: Position; after?: Position }) {
    const { source, q, without, by } = this.#subject!;
    const { from, n } = this.#grid;
    const answer = await this.calls.counts(
      source,
      {
        ...range,
        from: new Date(from).toISOString(),
        to: new Date(endOf(this.#grid)).toISOString(),
        buckets: n,
        by,
        q,
        without: source === null ? without : [],
      },
      signal,
    );
    signal.throwIfAborted();
    return answer;
  }

  /** A picture that ends now moves on by whole bars. */
  #slide(): void {
    if (this.frame.is !== 'live' || this.stale) return;
    const grid = gridUntil(this.now(), this.frame.span);
    if (grid.from <= this.#grid.from) return;
    this.#grid = grid;
    this.tally = slide(this.tally, grid);
  }

  /** Reads how long the gaps lasted. Without the answer they are marked all the same. */
  async #measureGaps(): Promise<void> {
    if (!this.#subject || !this.tally.gaps.some((n) => n > 0)) return;
    const { source, q, without } = this.#subject;
    await this.#gaps.run(
      (signal) =>
        this.calls.page(
          source,
          {
            at: new Date(this.#grid.from).toISOString(),
            q: q ? `(${q}) is:gap` : 'is:gap',
            without: source === null ? without : [],
            limit: MOST_GAPS,
            preview: 1,
          },
          signal,
        ),
      (page) => {
        this.outages = page.messages.flatMap(({ gap }) =>
          gap?.from && gap.to ? [{ from: Date.parse(gap.from), to: Date.parse(gap.to) }] : [],
        );
      },
    );
  }
}

const keyOf = (subject: Subject): string => JSON.stringify(subject);
const lengthOf = (frame: Frame): number => (frame.is === 'live' ? frame.span : frame.to - frame.from);
const around = (time: number, span: number) => ({ from: time - span / 2, to: time + span / 2 });
