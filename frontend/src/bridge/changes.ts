import { pageHidden, restWhileHidden, sleep } from '../lib/visibility';
import { api, toApiError, type ApiError } from './api';
import type { Position } from './types';

/** A Change says how far the program has come: the position of its newest message, and a count of all other changes. */
export interface Change {
  text: string;
  head: Position;
  changes: number;
}

/** An Outage is a time without a connection to the program. */
export interface Outage {
  error: ApiError;
  /** When the last response arrived, in milliseconds. */
  since: number;
  attempt: number;
  /** When the next attempt begins, in milliseconds. */
  retryAt: number;
}

const LONGEST_WAIT = 5000;
/**
 * The shortest time between two changes, in milliseconds. What comes meanwhile is shown together: a
 * screen that is drawn in software pays for each picture.
 */
export const GATHER = 200;
/**
 * The time between two requests while the page is hidden, in milliseconds. The title of the window
 * or tab says what is unread and in trouble, most of all to those who do not see the page.
 */
const HIDDEN = 10_000;

export const parseChange = (text: string, epoch: string): Change => {
  const [last, changes] = text.split('.').map(Number);
  return { text, head: `${epoch}.${last || 0}`, changes: changes || 0 };
};

/**
 * A ChangePoller reports changes of the program, from the long poll `/api/bell`, and retries after
 * every error. A long poll works in every browser and window; WebView2 would buffer a stream until
 * it ends.
 */
export class ChangePoller {
  #abort: AbortController | null = null;
  #wake: (() => void) | null = null;

  constructor(
    readonly onchange: (change: Change) => void,
    readonly onoutage: (outage: Outage | null) => void,
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

  /** Retries now rather than after the wait. */
  retry(): void {
    this.#wake?.();
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let seen: string | undefined;
    let answered = Date.now();
    let attempt = 0;
    while (!signal.aborted) {
      try {
        const { bell, epoch } = await this.ask(seen, signal);
        if (signal.aborted) return;
        answered = Date.now();
        if (attempt > 0) this.onoutage(null);
        attempt = 0;
        const changed = bell !== seen;
        if (changed) this.onchange(parseChange(bell, epoch));
        seen = bell;
        if (pageHidden()) await restWhileHidden(HIDDEN, signal);
        else if (changed) await sleep(GATHER, signal);
      } catch (thrown) {
        if (signal.aborted) return;
        attempt++;
        // After a restart the program counts from the beginning, so the last count means nothing.
        seen = undefined;
        const wait = Math.min(LONGEST_WAIT, 250 * 2 ** Math.min(attempt, 10));
        this.onoutage({ error: toApiError(thrown), since: answered, attempt, retryAt: Date.now() + wait });
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
