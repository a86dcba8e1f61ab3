import { api, type PageQuery } from '../bridge/api';
import type { Message, Page, Position } from '../bridge/types';
import { numberOf, withNumber } from '../lib/position';
import { append, emptySpan, prepend, spanOf, type Span } from '../lib/span';

/** The number of rows in one request. */
export const PAGE = 300;
/** The greatest number of loaded rows. It keeps the memory of the window constant. */
export const MOST = 3000;
/** The rows that are loaded before a place, so that it is not the first loaded row. */
const BEFORE = 100;
/** The bytes of data in the preview of a row. */
const PREVIEW = 400;

/** The requests that a timeline makes; tests replace them. */
export type ReaderApi = Pick<typeof api, 'page'>;

/**
 * A Reader holds a range of the messages of one source, or of all, that match a filter. It extends
 * the range in either direction and keeps it below a limit. It makes one request for each call, and
 * changes nothing if the request fails or its signal is aborted.
 */
export class Reader {
  /** null for all sources. */
  source = $state<string | null>(null);
  /** The filter that the rows match. */
  filter = $state('');
  /** The names of the sources that are left out where all are shown. */
  without: readonly string[] = [];
  /** The paths of the fields whose values are wanted. */
  fields: readonly string[] = [];
  span = $state.raw<Span>(emptySpan);
  /** Incremented when the span is replaced by an unrelated one, so that the list resets its position. */
  generation = $state(0);
  /** The index at which a new generation is shown first; null for its end. */
  startIndex = $state.raw<number | null>(null);

  constructor(readonly calls: ReaderApi) {}

  async fetch(query: PageQuery, signal: AbortSignal): Promise<Page> {
    const without = this.source === null ? this.without : [];
    const { q = this.filter } = query;
    const hits = q === '' ? undefined : (1 as const);
    const page = await this.calls.page(
      this.source,
      { preview: PREVIEW, hits, field: this.fields, without, ...query, q },
      signal,
    );
    signal.throwIfAborted();
    return page;
  }

  /** Replaces the rows by unrelated ones. */
  show(span: Span, startIndex: number | null, filter = this.filter): void {
    this.filter = filter;
    this.span = span;
    this.startIndex = startIndex;
    this.generation++;
  }

  /** Reads the messages from a place on, and some before it. The first from the place on has the index 0. */
  async around(place: PageQuery, q: string, signal: AbortSignal): Promise<{ page: Page; span: Span }> {
    const page = await this.fetch({ ...place, q, limit: PAGE }, signal);
    const span = spanOf(page, { start: false, end: !page.more });
    if (!page.from) return { page, span };
    return { page, span: prepend(span, await this.fetch({ before: page.from, q, limit: BEFORE }, signal), MOST) };
  }

  /** Adds the rows before the first one. Returns how many the page had. */
  async older(signal: AbortSignal): Promise<Page> {
    const { from } = this.span;
    const page = await this.fetch({ before: from, limit: PAGE }, signal);
    // Rows that were added at the end may have pushed out the oldest meanwhile: the page would leave a hole.
    if (this.span.from === from) this.span = prepend(this.span, page, MOST);
    return page;
  }

  /** Adds the rows after the last one, and before the position `before` if there is one. */
  async newer(signal: AbortSignal, before?: Position): Promise<Page> {
    const { to } = this.span;
    const page = await this.fetch({ after: to, before, limit: PAGE }, signal);
    if (this.span.to === to) this.span = append(this.span, page, MOST);
    return page;
  }

  /** Reads the rows again that lack a field: those whose data is shortened. */
  async complete(signal: AbortSignal): Promise<void> {
    for (let from = 0; ;) {
      const { fields } = this;
      const lacks = (row: Message) => row.cut === true && fields.some((f) => row.fields?.[f] === undefined);
      const { rows, to } = this.span;
      const at = rows.findIndex((row) => numberOf(row.position) > from && lacks(row));
      if (at < 0) return;
      const after = withNumber(rows[at].position, numberOf(rows[at].position) - 1);
      const before = withNumber(to, numberOf(to) + 1);
      const page = await this.fetch({ after, before, limit: PAGE }, signal);
      const found = new Map(page.messages.map((row) => [row.position, row]));
      this.span = { ...this.span, rows: this.span.rows.map((row) => found.get(row.position) ?? row) };
      from = Math.max(numberOf(page.to), numberOf(rows[at].position));
    }
  }
}
