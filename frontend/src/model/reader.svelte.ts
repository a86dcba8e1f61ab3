import { api, toApiError, type ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page, Position } from '../bridge/types';
import { wantsEvents } from '../lib/filter';
import { append, emptySpan, prepend, spanOf, type Span } from '../lib/span';

/** The number of rows in one request. */
export const PAGE = 300;
/** The greatest number of loaded rows. It keeps the memory of the window constant. */
export const MOST = 3000;
/** The bytes of data in the preview of a row. */
const PREVIEW = 400;
/** This many matches fill a screen. */
const ENOUGH = 50;
/** This many gaps and notes count as one match: every filter shows them, and a page of them is enough. */
const GAPS = PAGE / ENOUGH;
/** How many requests a search makes before it asks the user whether to go on. */
const SCANS = 4;

/** How far back a search has looked that found little. */
export interface SearchedBack {
  to: Position;
  /** When the message at that position was received; empty if that could not be read. */
  time: string;
}

/**
 * A Reader holds a range of the messages of one source, or of all, and extends it in either
 * direction without a limit. It has one request in flight. Going elsewhere, or a new filter, aborts
 * that request.
 */
export class Reader {
  source = $state<string | null>(null);
  /** The filter as typed. */
  q = $state('');
  span = $state.raw<Span>(emptySpan);
  /** Incremented when the span is replaced by an unrelated one, so that the list resets its position. */
  generation = $state(0);
  /** The index at which a new generation is shown first; null for its end. */
  startIndex = $state.raw<number | null>(null);
  loading = $state(false);
  /** The error of the last request. */
  error = $state.raw<ApiError | null>(null);
  /** Why the filter in `q` was refused. The rows are still those of the previous filter. */
  refused = $state.raw<ApiError | null>(null);
  /** The filter that the rows match. It differs from `q` while a request is in flight, and if `q` was refused. */
  appliedFilter = $state('');
  /** A search back through the journal is running. */
  searching = $state(false);
  searchedBack = $state.raw<SearchedBack | null>(null);

  readonly rows = $derived(this.span.rows);
  /** The filter matched no event, only the gaps and notes that every filter shows. */
  readonly onlyGaps = $derived(
    this.appliedFilter !== '' &&
      this.rows.length > 0 &&
      wantsEvents(this.appliedFilter) &&
      !this.rows.some((m) => m.kind === 'event'),
  );

  protected abort = new AbortController();
  #paging = false;

  constructor(readonly calls: Pick<typeof api, 'page'> = api) {}

  /** Loads the rows before the first one. */
  async older(): Promise<void> {
    if (this.loading || this.span.start || !this.span.from || this.searchedBack) return;
    await this.#paged(async (signal) => {
      const page = await this.page({ before: this.span.from, limit: PAGE }, signal);
      if (signal.aborted) return;
      this.span = prepend(this.span, page, MOST);
      if (page.messages.length === 0) await this.#scan(signal, SCANS, 1);
    });
  }

  /** Loads the rows after the last one. */
  async newer(): Promise<void> {
    if (this.loading || this.span.end || !this.span.to) return;
    await this.#paged(async (signal) => {
      const page = await this.page({ after: this.span.to, limit: PAGE }, signal);
      if (!signal.aborted) this.span = append(this.span, page, MOST);
    });
  }

  /** Continues a search that found little. */
  async searchFurther(): Promise<void> {
    this.searchedBack = null;
    await this.#paged((signal) => this.#scan(signal, SCANS * 4, ENOUGH));
  }

  /** Aborts the request in flight, and returns the signal for the next one. */
  protected restart(): AbortSignal {
    this.abort.abort();
    this.abort = new AbortController();
    this.#paging = false;
    this.loading = false;
    this.searching = false;
    this.searchedBack = null;
    return this.abort.signal;
  }

  protected page(query: PageQuery, signal: AbortSignal): Promise<Page> {
    return this.calls.page(this.source, { preview: PREVIEW, q: this.appliedFilter, ...query }, signal);
  }

  /** Loads the newest messages. Calls `before` just before it shows them. */
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

  /** Loads the messages around a position. Returns false if that fails. */
  protected loadAround(signal: AbortSignal, place: PageQuery): Promise<boolean> {
    const q = this.#wanted;
    return this.#load(signal, 0, q, async () => {
      const page = await this.page({ ...place, q, limit: PAGE }, signal);
      const span = spanOf(page, { start: false, end: !page.more });
      // Some rows before it, so that it is not the first loaded row.
      return page.from ? prepend(span, await this.page({ before: page.from, q, limit: 100 }, signal), MOST) : span;
    });
  }

  protected show(span: Span, startIndex: number | null): void {
    this.span = span;
    this.startIndex = startIndex;
    this.generation++;
  }

  /** The filter for a request: the typed one, or if that was refused, the previous one. */
  get #wanted(): string {
    return this.refused ? this.appliedFilter : this.q.trim();
  }

  /** Shows the result of a request with a filter. Returns false if it failed, or was aborted. */
  async #load(signal: AbortSignal, startIndex: number | null, q: string, fetch: () => Promise<Span>): Promise<boolean> {
    this.loading = true;
    try {
      const span = await fetch();
      if (signal.aborted) return false;
      this.appliedFilter = q;
      this.error = null;
      this.show(span, startIndex);
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

  /** Repeats a search from where the server stopped: the server gives each request a limited time. It stops after LOOKS requests. */
  async #scan(signal: AbortSignal, scans: number, wanted: number): Promise<void> {
    this.searching = true;
    try {
      for (let i = 0; i < scans && wanted > 0 && !this.span.start; i++) {
        const page = await this.page({ before: this.span.from, limit: PAGE }, signal);
        if (signal.aborted) return;
        this.span = prepend(this.span, page, MOST);
        wanted -= matches(this.appliedFilter, page.messages);
      }
      if (wanted <= 0 || this.span.start) return;
      const to = this.span.from;
      const [at] = (await this.calls.page(null, { after: to, limit: 1, preview: 1 }, signal)).messages;
      if (!signal.aborted) this.searchedBack = { to, time: at?.received ?? '' };
    } finally {
      if (!signal.aborted) this.searching = false;
    }
  }
}

/** How many of these rows count as matches of a search. */
function matches(q: string, rows: readonly Message[]): number {
  const events = wantsEvents(q) ? rows.filter((m) => m.kind === 'event').length : rows.length;
  return events + Math.floor((rows.length - events) / GAPS);
}
