import { toApiError } from '../bridge/api';
import type { Message, Position } from '../bridge/types';
import { numberOf, withNumber } from '../lib/position';
import { append, emptySpan, holds, indexOf, spanOf, type Span } from '../lib/span';
import { Fresh } from './fresh.svelte';
import { MOST, PAGE, Reader } from './reader.svelte';

/**
 * The number of rows in one request while following: a few screenfuls. If more arrive between two
 * paints, nobody could have read them, and loading them all would make the screen stutter.
 */
const LIVE = 80;
/** The shortest time between two paints, in milliseconds. */
const PAINT = 50;

/**
 * A Timeline shows the messages of one source, or of all merged. It follows the end of the journal,
 * or stands still and counts new messages. It requests messages when the change poller reports a
 * change. What it skips or drops stays in the journal, and is loaded again when it is needed.
 */
export class Timeline extends Reader {
  following = $state(true);
  paused = $state(false);
  selected = $state.raw<Message | null>(null);
  /** A remark about the last jump: that it ended elsewhere. */
  remark = $state('');
  /** The messages that arrived since the view stopped following. */
  readonly fresh = new Fresh();

  readonly selectedIndex = $derived(
    this.selected && holds(this.span, this.selected.position) ? indexOf(this.span, this.selected.position) : null,
  );

  #last = 0;
  #pumping = false;

  /** Shows a source, or all: from a time, around a message, or the newest messages that match. */
  open(source: string | null, q = '', to: { at?: string; message?: Position } = {}): Promise<void> {
    this.selected = null;
    if (source !== this.source || q !== this.q || this.error || this.refused) {
      this.source = source;
      this.q = q;
      this.appliedFilter = '';
      this.refused = null;
      // Rows of another source must not appear under this name, even if this source cannot be read.
      this.show(emptySpan, null);
    }
    if (to.message) return this.find(to.message);
    return to.at ? this.jump(new Date(to.at)) : this.latest();
  }

  /**
   * Shows the messages that match. The old rows stay until the response arrives. If the filter is
   * refused, they stay and continue to be updated.
   */
  async filter(q: string): Promise<void> {
    this.q = q;
    this.refused = null;
    await this.loadNewest(this.restart(), () => this.#follow());
    void this.#catchUp();
  }

  /** Shows the newest messages and follows them. */
  async latest(): Promise<void> {
    const signal = this.restart();
    this.#follow();
    await this.loadNewest(signal);
    void this.#catchUp();
  }

  /** Scrolls to the end and follows it. Loads the end if it is not loaded. */
  async end(): Promise<void> {
    if (!this.span.end || this.paused || this.loading) return this.latest();
    this.follow(true);
  }

  /** Shows and selects the first message that was received at a time or later. */
  async jump(time: Date): Promise<void> {
    const signal = this.restart();
    this.following = false;
    if (!(await this.loadAround(signal, { at: time.toISOString() }))) return;
    const first = this.rows[-this.span.base];
    if (first) {
      this.selected = first;
      return;
    }
    await this.latest();
    this.remark = 'No message was received at that time or later. These are the newest messages.';
  }

  /** Shows and selects the message at a position. */
  async find(position: Position): Promise<void> {
    const signal = this.restart();
    this.following = false;
    const before = withNumber(position, numberOf(position) - 1);
    if (!(await this.loadAround(signal, { after: before }))) return;
    this.selected = this.rows.find((m) => m.position === position) ?? null;
    if (!this.selected) this.remark = 'The message of this link is not kept any more, or does not match the filter.';
  }

  /** Shows the messages around a number of the journal. */
  async seek(number: number, epoch: string): Promise<void> {
    const signal = this.restart();
    this.following = false;
    await this.loadAround(signal, { after: `${epoch}.${Math.max(0, Math.round(number) - 1)}` });
  }

  /** Takes the number of the newest message from the change poller. */
  advance(last: number): void {
    this.#last = last;
    void this.#catchUp();
  }

  /** The user scrolled away from the end, or back to it. */
  follow(on: boolean): void {
    if (on === this.following || (on && (this.paused || !this.span.end))) return;
    this.following = on;
    this.#countFromHere();
    void this.#catchUp();
  }

  pause(): void {
    if (this.paused) return;
    if (this.following) this.#countFromHere();
    this.paused = true;
    this.following = false;
  }

  /** Continues where the view was paused: the new messages appear below. */
  resume(): void {
    this.paused = false;
    void this.#catchUp();
  }

  select(message: Message | null): void {
    this.selected = message;
    // The selected row must not scroll away.
    if (message) this.follow(false);
  }

  /** Moves the selection by `by` rows, or selects the row at `from` if none is selected. Returns its index. */
  step(by: number, from: number): number | null {
    if (this.rows.length === 0) return null;
    const { base } = this.span;
    const at = this.selectedIndex === null ? from : this.selectedIndex + by;
    const index = Math.min(base + this.rows.length - 1, Math.max(base, at));
    this.select(this.rows[index - base]);
    return index;
  }

  /** Selects the nearest row of the same source and type, and returns its index; null if none is loaded. */
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
    void this.#catchUp();
  }

  protected override restart(): AbortSignal {
    this.remark = '';
    return super.restart();
  }

  protected override show(span: Span, startIndex: number | null): void {
    super.show(span, startIndex);
    this.#countFromHere();
  }

  /** Whether new messages are counted rather than shown. */
  get #counting(): boolean {
    return !this.following && (this.paused || !this.span.end || this.rows.length >= MOST);
  }

  /** A request that was refused, such as for a removed source, would be refused at every change. */
  get #refusedForGood(): boolean {
    return this.generation === 0 || (this.error !== null && this.error.status >= 400 && this.error.status < 500);
  }

  /** The last number that was loaded, or counted. */
  get #reached(): number {
    return numberOf(this.#counting ? this.fresh.to : this.span.to);
  }

  #follow(): void {
    this.paused = false;
    this.following = true;
  }

  async #catchUp(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (!this.loading && !this.#refusedForGood && this.#reached < this.#last) {
        const began = performance.now();
        const before = this.#reached;
        const { signal } = this.abort;
        const failed = await this.#loadOnce(signal);
        // Without progress, wait for the next change: the same request would be repeated without end.
        if (!signal.aborted && (failed || this.#reached === before)) return;
        await sleep(Math.max(0, PAINT - (performance.now() - began)));
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #loadOnce(signal: AbortSignal): Promise<boolean> {
    try {
      if (this.#counting) await this.#count(signal);
      else await this.#pull(signal);
      return false;
    } catch (thrown) {
      const error = toApiError(thrown);
      // The change poller reports an unreachable server.
      if (!signal.aborted && error.code !== 'unreachable') this.error = error;
      return true;
    }
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const behind = this.#last - this.#reached;
    if (this.span.to === '' || (this.following && this.appliedFilter === '' && behind > LIVE))
      return this.#skip(signal);
    const page = await this.page({ after: this.span.to, limit: this.following ? LIVE : PAGE }, signal);
    if (signal.aborted || this.paused) return;
    if (this.following && page.more && page.messages.length >= LIVE) return this.#skip(signal);
    if (!this.following) this.fresh.add(page.messages, page.to);
    // The next round loads what has arrived meanwhile. Until then the span counts as being at the end.
    this.span = append(this.span, { ...page, more: false }, MOST);
  }

  /** Loads the newest rows. What lies between them and the old rows is skipped. */
  async #skip(signal: AbortSignal): Promise<void> {
    const page = await this.page({ limit: LIVE }, signal);
    if (signal.aborted || !this.following) return;
    this.error = null;
    const reached = numberOf(this.span.to);
    if (this.span.to === '' || numberOf(page.from) > reached + 1) {
      this.show(spanOf(page, { start: !page.more, end: true }), null);
      return;
    }
    const messages = page.messages.filter((m) => numberOf(m.position) > reached);
    this.span = append(this.span, { ...page, messages, more: false }, MOST);
  }

  /** After a jump back, only messages that arrive from now on count as new, not those in between. */
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
