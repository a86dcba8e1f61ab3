import type { Message, Page, Position } from '../bridge/types';
import { isAfter, numberOf, sameHistory } from './position';

/**
 * A Span is the range of the journal that a timeline has loaded. It is immutable: each function
 * below returns a new one. A message keeps its index (`base` plus its place in `rows`) in all of
 * them. All positions of a span belong to one history.
 */
export interface Span {
  rows: readonly Message[];
  base: number;
  /** The range that was examined, inclusive. `rows` has every matching message in it. */
  from: Position;
  to: Position;
  /** There are no older messages. */
  start: boolean;
  /** It reached the end of the journal at the last change. */
  end: boolean;
}

export const emptySpan: Span = { rows: [], base: 0, from: '', to: '', start: false, end: false };

const later = (a: Position, b: Position) => (isAfter(b, a) ? b : a);
const earlier = (a: Position, b: Position) => (isAfter(a, b) ? b : a);

/** The span of one page. */
export const spanOf = (page: Page, ends: { start: boolean; end: boolean }): Span => ({
  rows: page.messages,
  base: 0,
  from: page.from,
  to: page.to,
  ...ends,
});

/** Adds a newer page, and drops the oldest rows if there are more than `most`. */
export function append(span: Span, page: Page, most: number): Span {
  const rows = page.messages.length ? [...span.rows, ...page.messages] : span.rows;
  const next = { ...span, rows, to: span.to ? later(span.to, page.to) : page.to, end: !page.more };
  const drop = rows.length - most;
  if (drop <= 0) return next;
  const kept = rows.slice(drop);
  return { ...next, rows: kept, base: span.base + drop, from: kept[0].position, start: false };
}

/** Adds an older page, and drops the newest rows if there are more than `most`. */
export function prepend(span: Span, page: Page, most: number): Span {
  const added = page.messages.length;
  const rows = added ? [...page.messages, ...span.rows] : span.rows;
  const next = { ...span, rows, base: span.base - added, from: earlier(span.from, page.from), start: !page.more };
  if (rows.length <= most) return next;
  const kept = rows.slice(0, most);
  return { ...next, rows: kept, to: kept[kept.length - 1].position, end: false };
}

/** The index of a position, or of the first row after it: the end if it belongs to another history. */
export function indexOf(span: Span, position: Position): number {
  if (!sameHistory(position, span.to)) return span.base + span.rows.length;
  const wanted = numberOf(position);
  let low = 0;
  let high = span.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numberOf(span.rows[middle].position) < wanted) low = middle + 1;
    else high = middle;
  }
  return span.base + low;
}

/** Whether a position is one of the rows. */
export function holds(span: Span, position: Position): boolean {
  return span.rows[indexOf(span, position) - span.base]?.position === position;
}

/**
 * Estimates how many rows lie before and after the span in a journal from `first` to `last`. It
 * assumes that as many of the other numbers match as of those in the span.
 */
export function around(span: Span, first: number, last: number): { above: number; below: number } {
  const from = numberOf(span.from);
  const to = numberOf(span.to);
  const density = to > from ? Math.min(1, span.rows.length / (to - from + 1)) : 1;
  const guess = (numbers: number) => Math.max(1, Math.round(numbers * density));
  return {
    above: span.start ? 0 : guess(from - first),
    below: span.end ? 0 : guess(last - to),
  };
}
