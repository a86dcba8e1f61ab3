import { api, toApiError, type ApiError } from '../bridge/api';
import { openData, openFrame } from '../bridge/texts';
import type { Message } from '../bridge/types';
import type { Pairs } from '../lib/hits';
import { findStamp, stampAt, type Stamp } from '../lib/stamp';
import { m } from '../paraglide/messages';
import { live } from './state.svelte';
import { LocalText, type TextSource } from '../lib/textsource';

export type InspectorTab = 'data' | 'compare' | 'chart' | 'frame';

/** Longer data, in bytes, is not loaded into the page: it is read beside it (bridge/texts.ts). */
export const LONG = 128 << 10;
/** So much of long data is shown at once, in bytes. */
const HEAD = 16 << 10;

/** A text as a TextReader shows it. */
export interface ShownText {
  open: (onloaded: (bytes: number) => void) => TextSource;
  head: string;
  plain: boolean;
  size: number;
}

/** Inspector shows one message in full: its whole data, where the timeline has a preview, and the frame that Signalbox serves. */
export class Inspector {
  tab = $state<InspectorTab>('data');
  /** The message as the timeline has it. */
  preview = $state.raw<Message | null>(null);
  /** The whole message, or if its data is long, the whole message but for its data. */
  #whole = $state.raw<Message | null>(null);
  /** The frame as Signalbox serves it; null if it is not loaded, or long. */
  frame = $state.raw<string | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** Incremented when the inspector should take the focus. */
  focusRequests = $state(0);
  /** Incremented to read a text again that could not be read. */
  #again = $state(0);

  readonly message = $derived(this.#whole ?? this.preview);
  /** The whole data is loaded. */
  readonly complete = $derived(this.message !== null && !this.message.cut);
  readonly stamp = $derived<Stamp | null>(
    this.complete && this.message?.kind === 'event' ? this.#stampOf(this.message) : null,
  );
  /** Milliseconds between the time in the data and the arrival. */
  readonly delay = $derived(this.stamp && this.message ? Date.parse(this.message.received) - this.stamp.time : null);

  /** Names the long text that is open; '' if the text is not long. */
  readonly #long = $derived.by(() => {
    const { message } = this;
    return message?.kind === 'event' && isLong(message) ? `${message.position} ${this.tab} ${this.#again}` : '';
  });
  // More of the head may come while the text is being read: it stays open.
  readonly #openLong = $derived.by((): ShownText['open'] | null => {
    const [position, tab] = this.#long.split(' ');
    if (!position) return null;
    return (onloaded) => (tab === 'frame' ? openFrame : openData)(position, onloaded);
  });

  /** The data or the frame, whichever tab is open; null for gaps and notes, and while nothing is known of it. */
  readonly text = $derived.by((): ShownText | null => {
    const { message } = this;
    if (message?.kind !== 'event') return null;
    const { data = '', size = 0 } = message;
    const plain = this.tab === 'frame';
    if (this.#openLong) return { open: this.#openLong, head: plain ? '' : data, plain, size };
    const text = plain ? this.frame : data;
    if (text === null) return null;
    const partial = !plain && message.cut;
    return { open: () => new LocalText(text, { plain, partial }), head: '', plain, size };
  });

  /** Where the filter matched in the data; empty while that is not known. */
  hits = $state.raw<Pairs>([]);

  #abort = new AbortController();
  #marking = new AbortController();

  constructor(
    readonly calls: Pick<typeof api, 'message' | 'frame' | 'data' | 'hits'> = api,
    /** The path of the time in the data that a source has; '' if it names none. */
    readonly timePath: (source: string) => string = (source) => live.source(source)?.feed?.time_path ?? '',
  ) {}

  show(message: Message | null): void {
    if (message?.position === this.preview?.position) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.preview = message;
    this.#whole = null;
    this.frame = null;
    this.error = null;
    this.#marking.abort();
    this.hits = [];
    void this.fetch();
  }

  /** Marks what a filter matches. `row` is the message as the timeline has it with this filter, if it has it. */
  async mark(q: string, row: Message | null): Promise<void> {
    this.#marking.abort();
    const { signal } = (this.#marking = new AbortController());
    this.hits = row && !row.cut ? (row.hits?.data ?? []) : [];
    const { preview } = this;
    if (q === '' || preview?.kind !== 'event' || (row && !row.cut)) return;
    try {
      const found = await this.calls.hits(preview.position, q, signal);
      if (!signal.aborted) this.hits = found;
    } catch {
      // The text is shown without marks.
    }
  }

  choose(tab: InspectorTab): void {
    this.tab = tab;
    void this.fetch();
  }

  /** The text could not be read beside the page. */
  failed(error: unknown): void {
    this.error = toApiError(error);
  }

  /** Tries again after an error. */
  retry(): Promise<void> {
    this.#again++;
    return this.fetch();
  }

  /** The time in the data: at the path that its feed names, or else under a usual name. */
  #stampOf({ source, data = '' }: Message): Stamp | null {
    const path = this.timePath(source);
    return path ? stampAt(data, path) : findStamp(data);
  }

  /** Fetches what the open tab needs and is not loaded yet. */
  async fetch(): Promise<void> {
    const { preview } = this;
    const { signal } = this.#abort;
    if (!preview) return;
    try {
      this.error = null;
      if (preview.cut && !this.#whole) {
        const whole = await this.calls.message(preview.position, signal, isLong(preview) ? HEAD : undefined);
        if (!signal.aborted) this.#whole = whole;
      }
      if (this.tab === 'frame' && this.frame === null && preview.kind === 'event' && !isLong(preview)) {
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
    if (!message) throw new Error(m.inspector_none_selected());
    if (!message.cut) return message;
    if (!isLong(message) || !this.#whole) return this.calls.message(message.position);
    const { cut: _, ...rest } = this.#whole;
    return { ...rest, data: await this.calls.data(message.position) };
  }

  /** The whole frame, for copying it. */
  async wholeFrame(): Promise<string> {
    const message = this.message;
    if (!message) throw new Error(m.inspector_none_selected());
    return this.frame ?? this.calls.frame(message.position);
  }
}

const isLong = (message: Message): boolean => Boolean(message.cut) && (message.size ?? 0) > LONG;
