import { api, toApiError, type ApiError } from '../bridge/api';
import type { Message } from '../bridge/types';
import { findStamp, type Stamp } from '../lib/stamp';

export type InspectorTab = 'data' | 'frame';

/** Inspector shows one message in full: its whole data, where the timeline has a preview, and the frame that Signalbox serves. */
export class Inspector {
  tab = $state<InspectorTab>('data');
  /** The message as the timeline has it. */
  preview = $state.raw<Message | null>(null);
  #whole = $state.raw<Message | null>(null);
  /** The frame as Signalbox serves it. */
  frame = $state.raw<string | null>(null);
  error = $state.raw<ApiError | null>(null);

  readonly message = $derived(this.#whole ?? this.preview);
  /** The whole data is loaded. */
  readonly complete = $derived(this.message !== null && !this.message.cut);
  readonly stamp = $derived<Stamp | null>(
    this.complete && this.message?.kind === 'event' ? findStamp(this.message.data ?? '') : null,
  );
  /** Milliseconds between the time in the data and the arrival. */
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

  /** Fetches what the open tab needs and is not loaded yet. */
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

  /** The message with its whole data, for copying it and for publishing it again. */
  async whole(): Promise<Message> {
    const message = this.message;
    if (!message) throw new Error('No message is selected.');
    return message.cut ? this.calls.message(message.position) : message;
  }
}

export const inspector = new Inspector();
