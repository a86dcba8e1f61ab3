/**
 * The arithmetic of a list that draws only the rows in sight: all rows are equally high, except a few
 * that are opened and have an extra height.
 */
export interface Rows {
  count: number;
  height: number;
  /** The extra heights of opened rows by index, in order. */
  extra: readonly (readonly [index: number, height: number])[];
}

/** Where a row begins. The row behind the last begins where the list ends. */
export function topOf({ height, extra }: Rows, index: number): number {
  let top = index * height;
  for (const [opened, more] of extra) if (opened < index) top += more;
  return top;
}

/** The row at a height, within the list. */
export function rowAt({ count, height, extra }: Rows, y: number): number {
  let before = 0;
  for (const [opened, more] of extra) {
    if (y < (opened + 1) * height + before) break;
    before = Math.min(before + more, y - opened * height);
    if (y < (opened + 1) * height + before) return opened;
  }
  return Math.max(0, Math.min(count - 1, Math.floor((y - before) / height)));
}

/** The rows between two heights, and `over` more on each side: from `first` up to `end`, exclusive. */
export function inSight(rows: Rows, top: number, bottom: number, over: number): { first: number; end: number } {
  if (rows.count === 0) return { first: 0, end: 0 };
  return {
    first: Math.max(0, rowAt(rows, top) - over),
    end: Math.min(rows.count, rowAt(rows, bottom) + 1 + over),
  };
}
