import { api, toApiError, type ApiError } from '../bridge/api';
import { compareTexts } from '../bridge/texts';
import type { Message } from '../bridge/types';
import type { Differences } from '../lib/compare';

/** Longer data, in bytes, is not compared. */
export const MOST_COMPARED = 1 << 20;

/** The requests that a comparison makes; tests replace them. */
export type ComparisonCalls = Pick<typeof api, 'page' | 'message'> & { compare: typeof compareTexts };

export type ComparisonState =
  | { is: 'idle' }
  /** The previous message is searched; `looked` is when the last that was looked at was received, '' at first. */
  | { is: 'searching'; looked: string }
  /** There is no earlier message of this type. */
  | { is: 'none' }
  /** The message was compared with itself. */
  | { is: 'same' }
  | { is: 'comparing'; other: Message }
  | { is: 'too-large'; other: Message; size: number }
  | { is: 'compared'; other: Message; found: Differences }
  | { is: 'failed'; error: ApiError };

/** Comparison compares the selected message with the previous of its type, or with one that the user has chosen. */
export class Comparison {
  /** The message that the user chose; null for the previous of its type. */
  chosen = $state.raw<Message | null>(null);
  state = $state.raw<ComparisonState>({ is: 'idle' });
  /** Lines that are alike are left out. */
  only = $state(false);

  /** The message that the selected one is compared with, if it is known. */
  readonly other = $derived('other' in this.state ? this.state.other : this.chosen);

  #abort = new AbortController();

  constructor(readonly calls: ComparisonCalls = { ...api, compare: compareTexts }) {}

  /** Compares a message. What was asked for before is abandoned. */
  async show(message: Message): Promise<void> {
    this.stop();
    const { signal } = (this.#abort = new AbortController());
    try {
      const state = await this.#compare(message, signal);
      if (!signal.aborted) this.state = state;
    } catch (thrown) {
      if (!signal.aborted) this.state = { is: 'failed', error: toApiError(thrown) };
    }
  }

  stop(): void {
    this.#abort.abort();
    this.state = { is: 'idle' };
  }

  async #compare(message: Message, signal: AbortSignal): Promise<ComparisonState> {
    const { chosen } = this;
    if (chosen?.position === message.position) return { is: 'same' };
    const other = chosen ?? (await this.#previous(message, signal));
    if (!other) return { is: 'none' };
    signal.throwIfAborted();
    const size = Math.max(message.size ?? 0, other.size ?? 0);
    if (size > MOST_COMPARED) return { is: 'too-large', other, size };
    this.state = { is: 'comparing', other };
    const [old, fresh] = await Promise.all([other, message].map((m) => this.#whole(m, signal)));
    return { is: 'compared', other, found: await this.calls.compare(old.data ?? '', fresh.data ?? '', signal) };
  }

  #whole(message: Message, signal: AbortSignal): Promise<Message> {
    return message.cut ? this.calls.message(message.position, signal) : Promise.resolve(message);
  }

  /** The previous message of the same type and source in all of history; null if there is none. */
  async #previous(message: Message, signal: AbortSignal): Promise<Message | null> {
    this.state = { is: 'searching', looked: '' };
    let before = message.position;
    for (;;) {
      const query = { type: message.event, limit: 1, preview: MOST_COMPARED };
      const page = await this.calls.page(message.source, { ...query, before }, signal);
      signal.throwIfAborted();
      const [found] = page.messages;
      // A * at the end of the type stands for anything.
      if (found?.event === message.event) return found;
      if (!page.more) return null;
      before = page.from;
      const near = await this.calls.page(null, { after: before, limit: 1, preview: 1 }, signal);
      signal.throwIfAborted();
      this.state = { is: 'searching', looked: near.messages[0]?.received ?? '' };
    }
  }
}
