import { api, toApiError } from '../bridge/api';
import { Bell, type Ring, type Silence } from '../bridge/bell';
import type { Source, State } from '../bridge/types';
import { clock } from '../ui/clock.svelte';

/** The least time between two pulls of the state where only counters moved, in milliseconds. */
const CALM = 400;
/** How often rates and sparklines are read while they run down and nothing rings. */
const DECAY = 2000;

/** Live is what the shell knows of the running program, kept fresh by the doorbell. */
export class Live {
  state = $state.raw<State | null>(null);
  /** Why what is on screen stands still; null while all is well. */
  silence = $state.raw<Silence | null>(null);

  readonly sources = $derived<Source[]>(this.state?.sources ?? []);
  readonly feeds = $derived(this.sources.filter((s) => s.kind === 'feed'));
  readonly channels = $derived(this.sources.filter((s) => s.kind === 'channel'));
  /** The server wants a token that this browser did not bring. */
  readonly signedOut = $derived(this.silence?.error.status === 401);
  readonly #byName = $derived(new Map(this.sources.map((s) => [s.name, s])));

  #bell: Bell;
  #listeners = new Set<(ring: Ring) => void>();
  #changes = -1;
  #pulling: Promise<void> | null = null;
  #again = false;
  #due: ReturnType<typeof setTimeout> | undefined;
  #pulledAt = 0;
  #running = false;

  constructor(readonly calls: Pick<typeof api, 'bell' | 'state'> = api) {
    this.#bell = new Bell(
      (ring) => this.#rang(ring),
      (silence) => (this.silence = silence),
      calls.bell,
    );
  }

  /** Starts listening; what it returns stops it. */
  start(): () => void {
    this.#running = true;
    this.#bell.start();
    return () => {
      this.#running = false;
      this.#bell.stop();
      clearTimeout(this.#due);
    };
  }

  source(name: string): Source | undefined {
    return this.#byName.get(name);
  }

  /** Calls `listener` at every ring; what it returns ends that. */
  onring(listener: (ring: Ring) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tries the connection again at once. */
  retry(): void {
    this.#bell.retry();
  }

  /** Reads the state now. What a click just did shows without waiting for the bell. */
  pull(): Promise<void> {
    if (this.#pulling) {
      // The answer under way may be older than what was just done.
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
      // An unreachable server is the bell's to report; it hears of it at the same time.
      const error = toApiError(thrown);
      if (error.code !== 'unreachable') console.warn(error.words);
    } finally {
      this.#pulledAt = Date.now();
    }
  }

  #rang(ring: Ring): void {
    for (const listener of this.#listeners) listener(ring);
    const atOnce = ring.changes !== this.#changes;
    this.#changes = ring.changes;
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
