import { toApiError, type ApiError } from '../bridge/api';
import { sleep, untilVisible } from '../lib/visibility';

/** The first wait before a request is repeated, and the longest, in milliseconds. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

export interface LoadOptions {
  /** Repeats a request that failed for a reason that may pass, after longer and longer waits. */
  retry?: boolean;
}

/** Whether the same request may succeed later. What the server refused (4xx) it would refuse again. */
export const mayPass = (error: ApiError): boolean =>
  error.status >= 500 || error.status === 429 || ['unreachable', 'timeout', 'busy_pages'].includes(error.code);

/**
 * A Loader runs the requests for one thing on a screen, one at a time and in order: starting one
 * aborts the one before, whose answer is ignored even if it arrives. It keeps the last error until a
 * request succeeds. Repeated requests wait while the page is hidden.
 */
export class Loader {
  /** A request is in flight. */
  loading = $state(false);
  /** The error of the last request; null if it succeeded. */
  fault = $state.raw<ApiError | null>(null);

  #run: AbortController | null = null;
  #wait: AbortController | null = null;

  /** A request is in flight, or will be repeated. */
  get busy(): boolean {
    return this.#run !== null;
  }

  /**
   * Makes a request and passes its answer to `take`. Returns whether it did: not if the request
   * failed, or if another one or `stop` has replaced it. Never rejects.
   */
  async run<T>(
    request: (signal: AbortSignal) => Promise<T>,
    take: (answer: T) => void = () => {},
    { retry = false }: LoadOptions = {},
  ): Promise<boolean> {
    this.stop();
    const run = (this.#run = new AbortController());
    const { signal } = run;
    for (let failures = 1; ; failures++) {
      try {
        this.loading = true;
        const answer = await request(signal);
        if (signal.aborted) return false;
        this.fault = null;
        this.#end();
        take(answer);
        return true;
      } catch (thrown) {
        if (signal.aborted) return false;
        this.fault = toApiError(thrown);
        if (!retry || !mayPass(this.fault)) {
          this.#end();
          return false;
        }
      }
      this.loading = false;
      await this.#pause(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1)), signal);
      await untilVisible(signal);
      if (signal.aborted) return false;
    }
  }

  /**
   * Makes a request now and again `period` milliseconds after each answer, until the returned
   * function is called. After an error it waits longer.
   */
  repeat<T>(period: number, request: (signal: AbortSignal) => Promise<T>, take: (answer: T) => void): () => void {
    const all = new AbortController();
    const { signal } = all;
    void (async () => {
      while (!signal.aborted) {
        await untilVisible(signal);
        if (signal.aborted) return;
        await this.run(request, take, { retry: true });
        await sleep(period, signal);
      }
    })();
    return () => {
      all.abort();
      this.stop();
    };
  }

  /** Repeats a failed request now rather than after the wait. */
  retryNow(): void {
    this.#wait?.abort();
  }

  /** Aborts the request. The last error stays. */
  stop(): void {
    this.#run?.abort();
    this.#end();
  }

  /** Aborts the request, and forgets the last error. */
  reset(): void {
    this.stop();
    this.fault = null;
  }

  #end(): void {
    this.#run = null;
    this.loading = false;
  }

  async #pause(ms: number, run: AbortSignal): Promise<void> {
    const wait = (this.#wait = new AbortController());
    await sleep(ms, AbortSignal.any([wait.signal, run]));
    if (this.#wait === wait) this.#wait = null;
  }
}
