import { api } from '../bridge/api';
import { ChangePoller, GATHER, type Change, type Outage } from '../bridge/changes';
import type { Spark } from '../bridge/own';
import type { Bar, Position, Source, State } from '../bridge/types';
import { pageHidden } from '../lib/visibility';
import { clock } from '../lib/clock.svelte';
import { Loader } from './loader.svelte';
import { merge } from './merge';

/** The shortest time between two requests for the state if only counters changed, in milliseconds. */
const CALM = 1000;
/** How often the state is read while nothing changes and rates and sparklines fall to zero, in milliseconds. */
const DECAY = 2000;
/** The time between two requests while there are more changes than one response holds, in milliseconds. */
const MORE = 100;
/** How long sources that become visible are collected before their details are requested, in milliseconds. */
const COLLECT = 30;
/** The most sources whose details one request names. */
const MAX_NAMES = 100;
/** How often details are read again, in milliseconds. A point of a sparkline stands for this time. */
const DETAIL_TIME = 2000;

const FLAT: readonly number[] = Array<number>(30).fill(0);

type Detail = 'sparks' | 'bars';

const pick = <T>(from: Record<string, T>, names: ReadonlyMap<string, unknown>): Record<string, T> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.has(name)));

/** The time for intervals: unlike the clock, it is never set back. */
const monotonic = () => performance.now();

/** Live is the state of the running program, kept up to date by the change poller. */
export class Live {
  state = $state.raw<State | null>(null);
  /** Why the screen is not being updated; null while it is. */
  outage = $state.raw<Outage | null>(null);
  /** The position of the newest message; empty until it is known. */
  head = $state.raw<Position>('');

  /** Details of the sources that are visible, by name. */
  sparks = $state.raw<Record<string, Spark>>({});
  bars = $state.raw<Record<string, Bar[]>>({});

  /** All sources are here: with many, they come in several parts. */
  readonly complete = $derived(this.state !== null && !this.state.more);
  /** How many messages a search must read because the index lacks them; 0 if they are so few that it is not noticed. */
  readonly unindexed = $derived.by(() => {
    const n = this.state?.journal.unindexed ?? 0;
    return n < 100_000 ? 0 : n;
  });
  readonly sources = $derived<Source[]>(this.state?.sources ?? []);
  readonly feeds = $derived(this.sources.filter((s) => s.kind === 'feed'));
  readonly channels = $derived(this.sources.filter((s) => s.kind === 'channel'));
  /** The server requires a token that this browser has not sent. */
  readonly signedOut = $derived(this.outage?.error.status === 401);
  /** There is no source and no message yet. */
  readonly empty = $derived(this.state?.journal.messages === 0 && this.sources.length === 0);
  readonly #byName = $derived(new Map(this.sources.map((s) => [s.name, s])));
  readonly #byId = $derived(new Map(this.sources.map((s) => [s.id, s])));

  #completed!: () => void;
  /** Fulfilled when all sources are here for the first time. */
  readonly loaded = new Promise<void>((resolve) => (this.#completed = resolve));

  #poller: ChangePoller;
  #listeners = new Set<(change: Change) => void>();
  #changes = -1;
  /** The last change while the page was hidden. */
  #missed: Change | null = null;
  readonly #loader = new Loader();
  #pulling: Promise<void> | null = null;
  #again = false;
  #due: ReturnType<typeof setTimeout> | undefined;
  #dueAt = 0;
  #watched = { sparks: new Map<string, number>(), bars: new Map<string, number>() };
  #detailedAt = -Infinity;
  #pulledAt = -Infinity;
  #running = false;

  constructor(readonly calls: Pick<typeof api, 'bell' | 'state'> = api) {
    this.#poller = new ChangePoller(
      (change) => this.#changed(change),
      (outage) => (this.outage = outage),
      calls.bell,
    );
  }

  /** Starts polling for changes. The returned function stops it. */
  start(): () => void {
    this.#running = true;
    this.#poller.start();
    const seen = () => {
      if (pageHidden()) return;
      if (this.#missed) this.#tell(this.#missed);
      void this.pull();
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      this.#running = false;
      document.removeEventListener('visibilitychange', seen);
      this.#poller.stop();
      this.#loader.stop();
      clearTimeout(this.#due);
    };
  }

  source(name: string): Source | undefined {
    return this.#byName.get(name);
  }

  byId(id: number): Source | undefined {
    return this.#byId.get(id);
  }

  /** Returns the sparkline of a watched source, or of all sources together. */
  spark(name?: string): readonly number[] {
    const spark = name === undefined ? this.state?.journal.spark : this.sparks[name];
    return spark?.length ? spark : FLAT;
  }

  /** Calls `listener` at every change until the returned function is called. While the page is hidden it waits. */
  onchange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the last minute ("sparks") or the last day ("bars") of a source until the returned
   * function is called.
   */
  watch(detail: Detail, name: string): () => void {
    const watched = this.#watched[detail];
    watched.set(name, (watched.get(name) ?? 0) + 1);
    if (!(name in this[detail]) && this.#running) {
      if (this.#pulling) this.#again = true;
      else this.#soon(COLLECT);
    }
    return () => {
      const left = watched.get(name)! - 1;
      if (left > 0) watched.set(name, left);
      else watched.delete(name);
    };
  }

  /** Why the state could not be read, if the program answers; null if it was. */
  get fault() {
    return this.#loader.fault;
  }

  /** Retries the connection at once. */
  retry(): void {
    this.#poller.retry();
    this.#loader.retryNow();
  }

  /** Reads the state now, so that the effect of a click shows without waiting for the next change. */
  pull(): Promise<void> {
    if (this.#pulling) {
      // The response in flight may be older than what was just done.
      this.#again = true;
      this.#loader.retryNow();
      return this.#pulling;
    }
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#pulling = this.#read().finally(() => {
      this.#pulling = null;
      if (!this.#again) return this.#continue();
      this.#again = false;
      return this.pull();
    });
    return this.#pulling;
  }

  async #read(): Promise<void> {
    let names: Record<Detail, string[]> = { sparks: [], bars: [] };
    await this.#loader.run(
      (signal) => {
        names = this.#details();
        return this.calls.state({ since: this.state?.since ?? '', ...names }, signal);
      },
      (answer) => {
        this.state = merge(this.state, answer);
        if (names.sparks.length > 0) this.sparks = { ...this.sparks, ...answer.sparks };
        if (names.bars.length > 0) this.bars = { ...this.bars, ...answer.bars };
        clock.sync(answer.now);
        if (this.complete) this.#completed();
      },
      { retry: true },
    );
    this.#pulledAt = monotonic();
  }

  /** Returns the names whose details to request: all watched ones every DETAIL_TIME, else those not read yet. */
  #details(): Record<Detail, string[]> {
    const all = monotonic() - this.#detailedAt >= DETAIL_TIME;
    if (all) {
      this.#detailedAt = monotonic();
      this.sparks = pick(this.sparks, this.#watched.sparks);
      this.bars = pick(this.bars, this.#watched.bars);
    }
    const names = (detail: Detail) =>
      [...this.#watched[detail].keys()].filter((name) => all || !(name in this[detail])).slice(0, MAX_NAMES);
    return { sparks: names('sparks'), bars: names('bars') };
  }

  #changed(change: Change): void {
    this.head = change.head;
    // The state is read all the same: the title says what is unread and in trouble.
    if (pageHidden()) this.#missed = change;
    else this.#tell(change);
    const left = CALM - (monotonic() - this.#pulledAt);
    const atOnce = change.changes !== this.#changes || left <= 0;
    this.#changes = change.changes;
    if (atOnce) void this.pull();
    // The next change is likely to come before: then the counters and the rows are drawn together.
    else this.#soon(left + GATHER);
  }

  #tell(change: Change): void {
    this.#missed = null;
    for (const listener of this.#listeners) listener(change);
  }

  #soon(ms: number): void {
    if (this.#pulling) return;
    const at = monotonic() + Math.max(0, ms);
    if (this.#due !== undefined && this.#dueAt <= at) return;
    clearTimeout(this.#due);
    this.#dueAt = at;
    this.#due = setTimeout(() => {
      this.#due = undefined;
      void this.pull();
    }, at - monotonic());
  }

  /** Schedules the next request while there are more changes, or while rates and sparklines fall to zero. */
  #continue(): void {
    if (!this.#running || !this.state || pageHidden()) return;
    if (this.state.more) return this.#soon(MORE);
    const moving = this.state.journal.spark.some((n) => n > 0) || this.sources.some((s) => s.rate > 0);
    if (moving) this.#soon(DECAY);
  }
}

export const live = new Live();
