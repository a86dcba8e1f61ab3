import type { Differences } from '../lib/compare';
import type { Pairs } from '../lib/hits';
import type { TextKind } from '../lib/jsonfault';
import type { TextSource } from '../lib/textsource';
import { m } from '../paraglide/messages';
import { ApiError, refusalOf } from './api';
import type { Tasks } from './texts.worker';
import type { Position } from './types';

type Result<N extends keyof Tasks> = Awaited<ReturnType<Tasks[N]>>;

/** A Helper is a worker that answers one request after the other. */
class Helper {
  readonly #worker = new Worker(new URL('./texts.worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #last = 0;

  constructor(onloaded?: (bytes: number) => void) {
    this.#worker.onmessage = ({ data }) => {
      if (data.loaded !== undefined) return onloaded?.(data.loaded);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.refused) {
        waiting?.reject(refusalOf(data.refused.status, data.refused.statusText, data.refused.body));
      } else if (data.failed) waiting?.reject(new ApiError('unreachable', m.common_unreachable, data.failed));
      else waiting?.resolve(data.result as never);
    };
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values())
        reject(new ApiError('unexpected', event.message || m.data_unread()));
      this.#waiting.clear();
    };
  }

  ask<N extends keyof Tasks>(name: N, ...given: Parameters<Tasks[N]>): Promise<Result<N>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, given });
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** A text that a worker loads and reads. Close it, or its memory is kept. */
class RemoteText implements TextSource {
  readonly #helper: Helper;
  readonly #ready: Promise<void>;

  constructor(url: string, plain: boolean, onloaded?: (bytes: number) => void) {
    this.#helper = new Helper(onloaded);
    this.#ready = this.#helper.ask('load', url, plain);
    this.#ready.catch(() => {}); // next reports it
  }

  async next(characters: number) {
    await this.#ready;
    return this.#helper.ask('next', characters);
  }
  find = (words: string) => this.#helper.ask('find', words);
  spot = (line: number, column: number) => this.#helper.ask('spot', line, column);
  piece = (from: number, to: number) => this.#helper.ask('piece', from, to);
  folds = (line: number) => this.#helper.ask('folds', line);
  async place(pairs: Pairs) {
    await this.#ready;
    return this.#helper.ask('place', pairs);
  }
  close = () => this.#helper.end();
}

const address = (position: Position) => `/messages/${encodeURIComponent(position)}`;

/** The data of a message. `onloaded` is told how many bytes have arrived. */
export const openData = (position: Position, onloaded?: (bytes: number) => void): TextSource =>
  new RemoteText(`${address(position)}?data=1`, false, onloaded);

/** The frame of a message as this server sends it. */
export const openFrame = (position: Position, onloaded?: (bytes: number) => void): TextSource =>
  new RemoteText(`${address(position)}?raw=1`, true, onloaded);

let checker: Helper | undefined;

/** What a long text contains, without holding up the page. */
export const kindOfLong = (text: string): Promise<TextKind> => (checker ??= new Helper()).ask('kind', text);

/** Formats a long text, without holding up the page. */
export const layOutLong = (text: string): Promise<string> => (checker ??= new Helper()).ask('format', text);

/** Shorter texts are compared here: a worker would take longer to start. */
const SHORT = 64 << 10;

/** Compares two texts. A long comparison does not hold up the page, and ends with the signal. */
export async function compareTexts(old: string, fresh: string, signal: AbortSignal): Promise<Differences> {
  if (old.length + fresh.length < SHORT) {
    const { compare } = await import('../lib/compare');
    signal.throwIfAborted();
    return compare(old, fresh);
  }
  const helper = new Helper();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  try {
    signal.throwIfAborted();
    return await Promise.race([helper.ask('compare', old, fresh), aborted]);
  } finally {
    helper.end();
  }
}
