import { api, toApiError, type ApiError } from './api';

/** What the doorbell says: the number of the newest message, and a count of every other change. */
export interface Ring {
  text: string;
  last: number;
  changes: number;
}

/** What is known while the doorbell cannot be heard. */
export interface Silence {
  error: ApiError;
  /** When the last ring was heard, in milliseconds. */
  since: number;
  attempt: number;
  /** When the next attempt will be made, in milliseconds. */
  retryAt: number;
}

const LONGEST_WAIT = 5000;

export const parseRing = (text: string): Ring => {
  const [last, changes] = text.split('.').map(Number);
  return { text, last: last || 0, changes: changes || 0 };
};

/**
 * A Bell listens at the long poll `/api/bell` for as long as it runs, and goes on through every
 * error. A long poll works alike in every browser and in every window; a stream would be buffered
 * whole by WebView2.
 */
export class Bell {
  #abort: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(
    readonly onring: (ring: Ring) => void,
    readonly onsilence: (silence: Silence | null) => void,
    readonly ask: typeof api.bell = api.bell,
  ) {}

  start(): void {
    if (this.#abort) return;
    this.#abort = new AbortController();
    void this.#listen(this.#abort.signal);
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#wake?.();
  }

  /** Tries again now rather than when the wait is over. */
  retry(): void {
    this.#wake?.();
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let seen: string | undefined;
    let heard = Date.now();
    let attempt = 0;
    while (!signal.aborted) {
      try {
        const { bell } = await this.ask(seen, signal);
        if (signal.aborted) return;
        heard = Date.now();
        if (attempt > 0) this.onsilence(null);
        attempt = 0;
        if (bell !== seen) this.onring(parseRing(bell));
        seen = bell;
      } catch (thrown) {
        if (signal.aborted) return;
        attempt++;
        // After a restart of the program its counts begin anew, so what was seen says nothing.
        seen = undefined;
        const wait = Math.min(LONGEST_WAIT, 250 * 2 ** Math.min(attempt, 10));
        this.onsilence({ error: toApiError(thrown), since: heard, attempt, retryAt: Date.now() + wait });
        await this.#sleep(wait);
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}
