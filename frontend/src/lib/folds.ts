import type { DiffLine } from './compare';

/** A row of a comparison: a line, or some that are alike and not shown. */
export type DiffRow = { line: DiffLine; at: number } | { from: number; count: number };

/** This many lines that are alike are shown before and after one that is not. */
const AROUND = 2;
/** Fewer lines than this are shown, as a fold would save no room. */
const LEAST = 3;

const indentOf = (text: string): number => Math.max(0, text.search(/\S/));

/**
 * The rows of a comparison. Lines that are alike are folded where they are far from a difference;
 * with `only` all of them are, except the names of the branches around a difference. `opened` has the
 * first lines of the folds that were opened.
 */
export function rowsOf(lines: readonly DiffLine[], only: boolean, opened: ReadonlySet<number>): DiffRow[] {
  const shown = new Uint8Array(lines.length);
  const around = only ? 0 : AROUND;
  // The branches that are open where the loop is, as their lines.
  const open: number[] = [];
  lines.forEach(({ sign, text }, i) => {
    const indent = indentOf(text);
    while (open.length > 0 && indentOf(lines[open.at(-1)!].text) >= indent) open.pop();
    if (sign !== ' ') {
      for (let j = Math.max(0, i - around); j <= Math.min(lines.length - 1, i + around); j++) shown[j] = 1;
      for (const at of open) shown[at] = 1;
    }
    if (/[{[]$/.test(text)) open.push(i);
  });
  const rows: DiffRow[] = [];
  for (let i = 0; i < lines.length;) {
    let end = i;
    while (end < lines.length && !shown[end]) end++;
    if (end - i >= (only ? 2 : LEAST) && !opened.has(i)) {
      rows.push({ from: i, count: end - i });
      i = end;
      continue;
    }
    for (end = Math.max(end, i + 1); i < end; i++) rows.push({ line: lines[i], at: i });
  }
  return rows;
}
