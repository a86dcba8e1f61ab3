import { api, toApiError, type ApiError } from '../bridge/api';
import type { Message } from '../bridge/types';
import { findStamp, type Stamp } from '../lib/stamp';

export type InspectorTab = 'data' | 'frame';

/** Inspector is one message seen closely: whole, where the timeline had only its beginning, and as Signalbox serves it. */
export class Inspector {
  tab = $state<InspectorTab>('data');
  /** What the timeline knows of it. */
  preview = $state.raw<Message | null>(null);
  #whole = $state.raw<Message | null>(null);
  /** The frame as Signalbox serves it. */
  frame = $state.raw<string | null>(null);
  error = $state.raw<ApiError | null>(null);

  readonly message = $derived(this.#whole ?? this.preview);
  /** The data is here to its end. */
  readonly complete = $derived(this.message !== null && !this.message.cut);
  readonly stamp = $derived<Stamp | null>(
    this.complete && this.message?.kind === 'event' ? findStamp(this.message.data ?? '') : null,
  );
  /** Milliseconds from the time in the data to its arrival. */
  readonly delay = $derived(this.stamp && this.message ? Date.parse(this.message.received) - this.stamp.time : null);

  #abort = new AbortController();

  constructor(readonly calls: Pick<typeof api, 'message' | 'frame'> = api) {}

  show(message: Message | null): void {
    if (message?.position === this.preview?.position) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.preview = message;
    this.#whole = null;
    this.frame = null;
    this.error = null;
    void this.fetch();
  }

  choose(tab: InspectorTab): void {
    this.tab = tab;
    void this.fetch();
  }

  /** Fetches what the open tab needs and is not there yet. */
  async fetch(): Promise<void> {
    const { preview } = this;
    const { signal } = this.#abort;
    if (!preview) return;
    try {
      this.error = null;
      if (preview.cut && !this.#whole) {
        const whole = await this.calls.message(preview.position, signal);
        if (!signal.aborted) this.#whole = whole;
      }
      if (this.tab === 'frame' && this.frame === null && preview.kind === 'event') {
        const frame = await this.calls.frame(preview.position, signal);
        if (!signal.aborted) this.frame = frame;
      }
    } catch (thrown) {
      if (!signal.aborted) this.error = toApiError(thrown);
    }
  }

  /** The message with all of its data, for copying and for publishing again. */
  async whole(): Promise<Message> {
    const message = this.message;
    if (!message) throw new Error('No message is selected.');
    return message.cut ? this.calls.message(message.position) : message;
  }
}

export const inspector = new Inspector();
