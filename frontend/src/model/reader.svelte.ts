import { api, toApiError, type ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page, Position } from '../bridge/types';
import { wantsEvents } from '../lib/filter';
import { append, emptySpan, prepend, spanOf, type Span } from '../lib/span';

/** Rows asked for at once. */
export const PAGE = 300;
/** Rows held at most: the window's memory stays flat however long it runs. */
export const MOST = 3000;
/** Bytes of data in a row's preview. */
const PREVIEW = 400;
/** So many matches fill a screen. */
const ENOUGH = 50;
/** So many gaps and notes count as one match: they pass every filter, and a page of them is enough to look at. */
const GAPS = PAGE / ENOUGH;
/** How many bounded scans a search makes by itself before it asks. */
const SCANS = 4;

/** How far a search that found little has looked back. */
export interface LookedBack {
  to: Position;
  /** When the message there was received; empty where that could not be read. */
  time: string;
}

/**
 * A Reader holds a stretch of one source's messages, or of all, and reads on from it in either
 * direction, without a limit. One request is under way at a time; a new place or a new filter ends
 * the one before.
 */
export class Reader {
  source = $state<string | null>(null);
  /** The filter as it was typed. */
  q = $state('');
  span = $state.raw<Span>(emptySpan);
  /** Grows whenever the span is another one altogether, so that the view places itself anew. */
  generation = $state(0);
  /** The index that a new generation begins to be read at; null for its end. */
  begin = $state.raw<number | null>(null);
  loading = $state(false);
  /** What went wrong with the last request. */
  error = $state.raw<ApiError | null>(null);
  /** Why the filter in `q` was refused. The rows are still those of the filter before it. */
  refused = $state.raw<ApiError | null>(null);
  /** The filter that the rows were found with. `q` is ahead of it while an answer is awaited, or was refused. */
  found = $state('');
  /** A search back through the journal is under way. */
  looking = $state(false);
  lookedBack = $state.raw<LookedBack | null>(null);

  readonly rows = $derived(this.span.rows);
  /** A filter has found no event, only the gaps and notes that every filter shows. */
  readonly onlyGaps = $derived(
    this.found !== '' && this.rows.length > 0 && wantsEvents(this.found) && !this.rows.some((m) => m.kind === 'event'),
  );

  protected abort = new AbortController();
  #paging = false;

  constructor(readonly calls: Pick<typeof api, 'page'> = api) {}

  /** Fetches what lies before the rows held. */
  async older(): Promise<void> {
    if (this.loading || this.span.start || !this.span.from || this.lookedBack) return;
    await this.#paged(async (signal) => {
      const page = await this.page({ before: this.span.from, limit: PAGE }, signal);
      if (signal.aborted) return;
      this.span = prepend(this.span, page, MOST);
      if (page.messages.length === 0) await this.#scan(signal, SCANS, 1);
    });
  }

  /** Fetches what lies after the rows held. */
  async newer(): Promise<void> {
    if (this.loading || this.span.end || !this.span.to) return;
    await this.#paged(async (signal) => {
      const page = await this.page({ after: this.span.to, limit: PAGE }, signal);
      if (!signal.aborted) this.span = append(this.span, page, MOST);
    });
  }

  /** Goes on with a search that found little. */
  async lookFurther(): Promise<void> {
    this.lookedBack = null;
    await this.#paged((signal) => this.#scan(signal, SCANS * 4, ENOUGH));
  }

  /** Ends what is under way and begins something new. */
  protected anew(): AbortSignal {
    this.abort.abort();
    this.abort = new AbortController();
    this.#paging = false;
    this.loading = false;
    this.looking = false;
    this.lookedBack = null;
    return this.abort.signal;
  }

  protected page(query: PageQuery, signal: AbortSignal): Promise<Page> {
    return this.calls.page(this.source, { preview: PREVIEW, q: this.found, ...query }, signal);
  }

  /** Fetches the newest messages. `before` is called when they have come and are about to be shown. */
  protected async loadNewest(signal: AbortSignal, before = () => {}): Promise<void> {
    const q = this.#wanted;
    const loaded = await this.#load(signal, null, q, async () => {
      const page = await this.page({ limit: PAGE, q }, signal);
      if (!signal.aborted) before();
      return spanOf(page, { start: !page.more, end: true });
    });
    if (!loaded || q === '') return;
    await this.#paged(() => this.#scan(signal, SCANS, ENOUGH - matches(q, this.rows)));
  }

  /** Fetches the messages around a place. It is false where that did not succeed. */
  protected loadAround(signal: AbortSignal, place: PageQuery): Promise<boolean> {
    const q = this.#wanted;
    return this.#load(signal, 0, q, async () => {
      const page = await this.page({ ...place, q, limit: PAGE }, signal);
      const span = spanOf(page, { start: false, end: !page.more });
      // Some rows before it, so that the wanted one does not stick to the edge of what is known.
      return page.from ? prepend(span, await this.page({ before: page.from, q, limit: 100 }, signal), MOST) : span;
    });
  }

  protected show(span: Span, begin: number | null): void {
    this.span = span;
    this.begin = begin;
    this.generation++;
  }

  /** The filter to ask with: what was typed, or the one before it where that was refused. */
  get #wanted(): string {
    return this.refused ? this.found : this.q.trim();
  }

  /** Shows what was fetched with a filter. It is false where that did not succeed, or something newer has begun. */
  async #load(signal: AbortSignal, begin: number | null, q: string, fetch: () => Promise<Span>): Promise<boolean> {
    this.loading = true;
    try {
      const span = await fetch();
      if (signal.aborted) return false;
      this.found = q;
      this.error = null;
      this.show(span, begin);
      return true;
    } catch (thrown) {
      if (signal.aborted) return false;
      const error = toApiError(thrown);
      if (error.field === 'q') this.refused = error;
      else this.error = error;
      return false;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  async #paged(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#paging) return;
    const { signal } = this.abort;
    this.#paging = true;
    try {
      await work(signal);
    } catch (thrown) {
      if (!signal.aborted) this.error = toApiError(thrown);
    } finally {
      if (!signal.aborted) this.#paging = false;
    }
  }

  /** The server answers a rare search after a bounded time; this goes on from there, a bounded number of times. */
  async #scan(signal: AbortSignal, scans: number, wanted: number): Promise<void> {
    this.looking = true;
    try {
      for (let i = 0; i < scans && wanted > 0 && !this.span.start; i++) {
        const page = await this.page({ before: this.span.from, limit: PAGE }, signal);
        if (signal.aborted) return;
        this.span = prepend(this.span, page, MOST);
        wanted -= matches(this.found, page.messages);
      }
      if (wanted <= 0 || this.span.start) return;
      const to = this.span.from;
      const [at] = (await this.calls.page(null, { after: to, limit: 1, preview: 1 }, signal)).messages;
      if (!signal.aborted) this.lookedBack = { to, time: at?.received ?? '' };
    } finally {
      if (!signal.aborted) this.looking = false;
    }
  }
}

/** How many rows of these a search was for. */
function matches(q: string, rows: readonly Message[]): number {
  const events = wantsEvents(q) ? rows.filter((m) => m.kind === 'event').length : rows.length;
  return events + Math.floor((rows.length - events) / GAPS);
}
