import { api, toApiError } from '../bridge/api';
import { ChangePoller, type Change, type Outage } from '../bridge/changes';
import type { Source, State } from '../bridge/types';
import { clock } from '../ui/clock.svelte';

/** The shortest time between two requests for the state if only counters changed, in milliseconds. */
const CALM = 400;
/** How often the state is read while nothing changes and rates and sparklines fall to zero, in milliseconds. */
const DECAY = 2000;

/** Live is the state of the running program, kept up to date by the change poller. */
export class Live {
  state = $state.raw<State | null>(null);
  /** Why the screen is not being updated; null while it is. */
  outage = $state.raw<Outage | null>(null);

  readonly sources = $derived<Source[]>(this.state?.sources ?? []);
  readonly feeds = $derived(this.sources.filter((s) => s.kind === 'feed'));
  readonly channels = $derived(this.sources.filter((s) => s.kind === 'channel'));
  /** The server requires a token that this browser has not sent. */
  readonly signedOut = $derived(this.outage?.error.status === 401);
  readonly #byName = $derived(new Map(this.sources.map((s) => [s.name, s])));

  #poller: ChangePoller;
  #listeners = new Set<(change: Change) => void>();
  #changes = -1;
  #pulling: Promise<void> | null = null;
  #again = false;
  #due: ReturnType<typeof setTimeout> | undefined;
  #pulledAt = 0;
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
    return () => {
      this.#running = false;
      this.#poller.stop();
      clearTimeout(this.#due);
    };
  }

  source(name: string): Source | undefined {
    return this.#byName.get(name);
  }

  /** Calls `listener` at every change until the returned function is called. */
  onchange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Retries the connection at once. */
  retry(): void {
    this.#poller.retry();
  }

  /** Reads the state now, so that the effect of a click shows without waiting for the next change. */
  pull(): Promise<void> {
    if (this.#pulling) {
      // The response in flight may be older than what was just done.
      this.#again = true;
      return this.#pulling;
    }
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#pulling = this.#read().finally(() => {
      this.#pulling = null;
      if (!this.#again) return this.#decay();
      this.#again = false;
      return this.pull();
    });
    return this.#pulling;
  }

  async #read(): Promise<void> {
    try {
      const state = await this.calls.state();
      this.state = state;
      clock.sync(state.now);
    } catch (thrown) {
      // The change poller reports an unreachable server: it notices at the same time.
      const error = toApiError(thrown);
      if (error.code !== 'unreachable') console.warn(error.words);
    } finally {
      this.#pulledAt = Date.now();
    }
  }

  #changed(change: Change): void {
    for (const listener of this.#listeners) listener(change);
    const atOnce = change.changes !== this.#changes;
    this.#changes = change.changes;
    if (atOnce) void this.pull();
    else this.#soon(CALM - (Date.now() - this.#pulledAt));
  }

  #soon(ms: number): void {
    if (this.#due !== undefined || this.#pulling) return;
    this.#due = setTimeout(
      () => {
        this.#due = undefined;
        void this.pull();
      },
      Math.max(0, ms),
    );
  }

  #decay(): void {
    if (!this.#running) return;
    const moving = this.sources.some((s) => s.rate > 0 || s.unread > 0 || s.spark.some((n) => n > 0));
    if (moving) this.#soon(DECAY);
  }
}

export const live = new Live();
