/**
 * The arithmetic of a list that is longer than a browser can lay out. All rows have the same height,
 * except a few that have an extra one.
 *
 * The list holds a range of rows and has an estimate of how many lie above and below. Its scroll
 * position is `y`: the number of pixels between the row with index 0 and the top edge of the view.
 * A row keeps its index while rows are added and dropped at either end, so `y` stays valid and
 * nothing on screen moves.
 */
export interface Shape {
  rowHeight: number;
  /** The height of the view in pixels. */
  view: number;
  /** The index of the first loaded row. */
  base: number;
  /** How many rows are loaded. */
  count: number;
  /** Estimates of how many rows exist before and after the loaded ones. */
  above: number;
  below: number;
  /** The extra heights of loaded rows by index, in order. */
  extra?: readonly (readonly [index: number, height: number])[];
}

/**
 * The height of the tallest spacer. Chromium and WebKitGTK cap an element near 33.5 million pixels.
 * A quarter of that is far from the cap, and far from where scroll positions lose precision.
 */
export const TALLEST = 8_000_000;

/** Where a row begins: rows before the loaded ones have no extra height. */
export function topOf({ rowHeight, extra = [] }: Shape, index: number): number {
  let top = index * rowHeight;
  for (const [at, more] of extra) if (at < index) top += more;
  return top;
}

/** The row at a position; its index may lie outside of the loaded rows. */
export function rowAt({ rowHeight, extra = [] }: Shape, y: number): number {
  let before = 0;
  for (const [at, more] of extra) {
    if (y < (at + 1) * rowHeight + before) break;
    if (y < (at + 1) * rowHeight + before + more) return at;
    before += more;
  }
  return Math.floor((y - before) / rowHeight);
}

const endOf = (s: Shape): number => topOf(s, s.base + s.count);

export const minY = (s: Shape): number => s.base * s.rowHeight;
export const maxY = (s: Shape): number => Math.max(minY(s), endOf(s) - s.view);
export const clampY = (s: Shape, y: number): number => Math.min(maxY(s), Math.max(minY(s), y));

const totalHeight = (s: Shape): number => Math.max(s.view, (s.above + s.below) * s.rowHeight + endOf(s) - minY(s));

/** The height of the spacer that gives the scrollbar its length. */
export const spacerHeight = (s: Shape): number => Math.min(TALLEST, totalHeight(s));

/** How many pixels of rows one pixel of the scrollbar stands for: 1 except for very long lists. */
function ratio(s: Shape): number {
  const room = spacerHeight(s) - s.view;
  return room <= 0 ? 1 : (totalHeight(s) - s.view) / room;
}

/** The position of the scrollbar for a scroll position of the rows. */
export function scrollTopOf(s: Shape, y: number): number {
  const top = s.above * s.rowHeight + clampY(s, y) - minY(s);
  return Math.max(0, Math.min(spacerHeight(s) - s.view, top / ratio(s)));
}

/** Where a scroll event leads: to a position among the loaded rows, or beyond them. */
export type Move =
  | { y: number }
  /** `above`: from 0 at the oldest row that exists to 1 at the first loaded one. `below`: the same downwards. */
  | { beyond: 'above' | 'below'; part: number };

/**
 * Interprets a scroll event. Small movements (wheel, keys, a finger) move by exactly their pixels,
 * however long the list is. Large ones (the thumb of the scrollbar) are proportional.
 */
export function moved(s: Shape, y: number, from: number, to: number): Move {
  const delta = to - from;
  if (Math.abs(delta) <= 2 * s.view && !(to <= 0 && s.above > 0) && ratio(s) > 1) return { y: clampY(s, y + delta) };
  const top = to * ratio(s);
  const held = s.above * s.rowHeight;
  const end = held + endOf(s) - minY(s);
  if (Math.abs(delta) > 2 * s.view) {
    if (top < held - s.view) return { beyond: 'above', part: top / held };
    if (top > end)
      return { beyond: 'below', part: Math.min(1, (top - end) / Math.max(1, totalHeight(s) - s.view - end)) };
  }
  return { y: clampY(s, Math.abs(delta) <= 2 * s.view ? y + delta : top - held + minY(s)) };
}

/** The rows to draw: indexes from `first` to before `last`, and how far `first` begins above the view. */
export function drawn(s: Shape, y: number): { first: number; last: number; offset: number } {
  const at = clampY(s, y);
  const first = Math.max(s.base, rowAt(s, at));
  const below = rowAt(s, at + s.view);
  const last = Math.min(s.base + s.count, topOf(s, below) < at + s.view ? below + 1 : below);
  return { first, last: Math.max(first, last), offset: at - topOf(s, first) };
}

/** The nearest scroll position at which a row is fully visible. */
export function reveal(s: Shape, y: number, index: number): number {
  const top = topOf(s, index);
  const bottom = topOf(s, index + 1);
  if (top < y) return clampY(s, top);
  if (bottom > y + s.view) return clampY(s, bottom - s.view);
  return clampY(s, y);
}

/**
 * Assigns each drawn row to a slot, whose elements are reused for another row later: creating
 * elements is most of the cost of a busy list. While the rows overlap with those drawn before, each
 * keeps its slot, so a small movement changes few elements. If none overlap, the slots start again
 * in order, so no element has to be moved.
 */
export function slotter(): (first: number, last: number) => { index: number; slot: number }[] {
  let before = { first: 0, last: 0 };
  let origin = 0;
  let size = 1;
  return (first, last) => {
    const overlap = first < before.last && last > before.first;
    if (!overlap || last - first > size) {
      origin = first;
      // If the edge of the view cuts a row, one row more than fits is drawn.
      size = Math.max(1, last - first + 1);
    }
    before = { first, last };
    const slot = (index: number) => (((index - origin) % size) + size) % size;
    return Array.from({ length: last - first }, (_, i) => ({ index: first + i, slot: slot(first + i) }));
  };
}
