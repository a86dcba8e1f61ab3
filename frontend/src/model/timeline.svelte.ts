import { toApiError } from '../bridge/api';
import type { Message } from '../bridge/types';
import { positionNumber } from '../lib/format';
import { append, emptySpan, holds, indexOf, spanOf, type Span } from '../lib/span';
import { Fresh } from './fresh.svelte';
import { MOST, PAGE, Reader } from './reader.svelte';

/**
 * Rows asked for at once while following: some screenfuls. Where more have come between two paints
 * nobody could have read them, and taking them all would cost the frames of those who look.
 */
const LIVE = 80;
/** The least time between two paints, in milliseconds. */
const PAINT = 50;

/**
 * A Timeline is one source's messages, or all of them merged, as somebody watches them: it follows
 * the end of the journal, or stands still and counts what is new. It pulls at the ring of the
 * doorbell. Whatever it skips or drops lies in the journal and is fetched again when it is looked for.
 */
export class Timeline extends Reader {
  following = $state(true);
  paused = $state(false);
  selected = $state.raw<Message | null>(null);
  /** Something worth saying once: that a jump ended somewhere else than was asked. */
  remark = $state('');
  /** What came since the view stopped following. */
  readonly fresh = new Fresh();

  readonly selectedIndex = $derived(
    this.selected && holds(this.span, this.selected.position) ? indexOf(this.span, this.selected.position) : null,
  );

  #last = 0;
  #pumping = false;

  /** Shows another source, or all, from the newest messages that match. */
  open(source: string | null, q = ''): Promise<void> {
    this.source = source;
    this.q = q;
    this.found = '';
    this.refused = null;
    this.selected = null;
    // Rows of another source must not stand under this one's name, even if its own cannot be read.
    this.show(emptySpan, null);
    return this.latest();
  }

  /**
   * Shows what matches. The rows that are there stay until the answer has come. They stay, and go on
   * as they were, where the filter is refused.
   */
  async filter(q: string): Promise<void> {
    this.q = q;
    this.refused = null;
    await this.loadNewest(this.anew(), () => this.#follow());
    void this.#pump();
  }

  /** Goes to the newest messages and follows them. */
  async latest(): Promise<void> {
    const signal = this.anew();
    this.#follow();
    await this.loadNewest(signal);
    void this.#pump();
  }

  /** Goes to the end of the rows, and follows; fetches it where it is not held. */
  async end(): Promise<void> {
    if (!this.span.end || this.paused || this.loading) return this.latest();
    this.follow(true);
  }

  /** Goes to the first message received at or after a time, and selects it. */
  async jump(time: Date): Promise<void> {
    const signal = this.anew();
    this.following = false;
    if (!(await this.loadAround(signal, { at: time.toISOString() }))) return;
    const first = this.rows[-this.span.base];
    if (first) {
      this.selected = first;
      return;
    }
    await this.latest();
    this.remark = 'Nothing came at that time or later. These are the newest messages.';
  }

  /** Goes to the messages around a number of the journal. */
  async seek(number: number, epoch: string): Promise<void> {
    const signal = this.anew();
    this.following = false;
    await this.loadAround(signal, { after: `${epoch}.${Math.max(0, Math.round(number) - 1)}` });
  }

  /** What the doorbell said: the number of the newest message. */
  ring(last: number): void {
    this.#last = last;
    void this.#pump();
  }

  /** The reader scrolled away from the end, or back to it. */
  follow(on: boolean): void {
    if (on === this.following || (on && (this.paused || !this.span.end))) return;
    this.following = on;
    this.#countFromHere();
    void this.#pump();
  }

  pause(): void {
    if (this.paused) return;
    if (this.following) this.#countFromHere();
    this.paused = true;
    this.following = false;
  }

  /** Goes on reading where it was paused: what was held comes below. */
  resume(): void {
    this.paused = false;
    void this.#pump();
  }

  select(message: Message | null): void {
    this.selected = message;
    // A row that is being read must not scroll away.
    if (message) this.follow(false);
  }

  /** Selects the row so many further on, or the one at `from` where none was selected, and returns its index. */
  step(by: number, from: number): number | null {
    if (this.rows.length === 0) return null;
    const { base } = this.span;
    const at = this.selectedIndex === null ? from : this.selectedIndex + by;
    const index = Math.min(base + this.rows.length - 1, Math.max(base, at));
    this.select(this.rows[index - base]);
    return index;
  }

  /** Selects the nearest row of the same source and type, and returns its index; null where none is held. */
  stepSame(direction: 1 | -1): number | null {
    if (this.selectedIndex === null || this.selected?.kind !== 'event') return null;
    const { base } = this.span;
    for (let i = this.selectedIndex - base + direction; i >= 0 && i < this.rows.length; i += direction) {
      const row = this.rows[i];
      if (row.event !== this.selected.event || row.source !== this.selected.source) continue;
      this.select(row);
      return base + i;
    }
    return null;
  }

  override async newer(): Promise<void> {
    if (this.paused) return;
    await super.newer();
    void this.#pump();
  }

  protected override anew(): AbortSignal {
    this.remark = '';
    return super.anew();
  }

  protected override show(span: Span, begin: number | null): void {
    super.show(span, begin);
    this.#countFromHere();
  }

  /** Whether what comes is counted rather than shown. */
  get #counting(): boolean {
    return !this.following && (this.paused || !this.span.end || this.rows.length >= MOST);
  }

  /** What was refused once, such as a source that is gone, would be refused at every ring. */
  get #denied(): boolean {
    return this.generation === 0 || (this.error !== null && this.error.status >= 400 && this.error.status < 500);
  }

  /** Up to where the journal has been read, or at least counted. */
  get #reached(): number {
    return positionNumber(this.#counting ? this.fresh.to : this.span.to);
  }

  #follow(): void {
    this.paused = false;
    this.following = true;
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (!this.loading && !this.#denied && this.#reached < this.#last) {
        const began = performance.now();
        const before = this.#reached;
        const { signal } = this.abort;
        const failed = await this.#turn(signal);
        // Without progress the same request would go out again and again: the next ring decides.
        if (!signal.aborted && (failed || this.#reached === before)) return;
        await sleep(Math.max(0, PAINT - (performance.now() - began)));
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #turn(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#counting) await this.#count(signal);
      else await this.#pull(signal);
      return false;
    } catch (thrown) {
      const error = toApiError(thrown);
      // Unreachable is the bell's to report.
      if (!signal.aborted && error.code !== 'unreachable') this.error = error;
      return true;
    }
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const behind = this.#last - this.#reached;
    if (this.span.to === '' || (this.following && this.found === '' && behind > LIVE)) return this.#skip(signal);
    const page = await this.page({ after: this.span.to, limit: this.following ? LIVE : PAGE }, signal);
    if (signal.aborted || this.paused) return;
    if (this.following && page.more && page.messages.length >= LIVE) return this.#skip(signal);
    if (!this.following) this.fresh.add(page.messages, page.to);
    // What came meanwhile is the next turn's: the span counts as being at the end while it keeps up.
    this.span = append(this.span, { ...page, more: false }, MOST);
  }

  /** Takes the newest rows; what lies between them and those held stays in the journal. */
  async #skip(signal: AbortSignal): Promise<void> {
    const page = await this.page({ limit: LIVE }, signal);
    if (signal.aborted || !this.following) return;
    this.error = null;
    const reached = positionNumber(this.span.to);
    if (this.span.to === '' || positionNumber(page.from) > reached + 1) {
      this.show(spanOf(page, { start: !page.more, end: true }), null);
      return;
    }
    const messages = page.messages.filter((m) => positionNumber(m.position) > reached);
    this.span = append(this.span, { ...page, messages, more: false }, MOST);
  }

  /** After a jump back only what comes from now on is new, not all that lies between. */
  #countFromHere(): void {
    const [epoch] = this.span.to.split('.');
    this.fresh.reset(this.span.end ? this.span.to : `${epoch}.${this.#last}`);
  }

  async #count(signal: AbortSignal): Promise<void> {
    if (this.fresh.more) {
      this.fresh.to = `.${this.#last}`;
      return;
    }
    const page = await this.page({ after: this.fresh.to, limit: 2000, preview: 1 }, signal);
    if (!signal.aborted) this.fresh.add(page.messages, page.to);
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export const timeline = new Timeline();
