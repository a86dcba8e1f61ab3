/** The differences between two texts, line by line. Loaded when two messages are compared. */
import { diffArrays } from 'diff';
import { Broken, Layout } from './jsonlayout';

/** Where a line is: in both texts, only in the old one, or only in the new one. */
export type Sign = ' ' | '-' | '+';

export interface DiffLine {
  sign: Sign;
  text: string;
  /** The parts that changed, as pairs of offsets; empty if all of the line did. */
  marks: readonly (readonly [from: number, to: number])[];
}

export interface Differences {
  /** Both texts are JSON, and laid out. */
  json: boolean;
  lines: DiffLine[];
  /** Lines that have another value, that only the new text has, and that only the old one has. */
  changed: number;
  added: number;
  gone: number;
}

/** The texts differ in more lines than this: what differs is then shown without looking for what is alike in it. */
const MOST_EDITS = 1500;
/** In a longer line only its beginning and its end are compared. */
const LONG_LINE = 4000;

/** Compares two texts: as JSON, laid out with the order and the digits as they were sent, or else line by line. */
export function compare(old: string, fresh: string): Differences {
  const before = laidOut(old);
  const after = laidOut(fresh);
  const json = before !== null && after !== null;
  const a = json ? before : plain(old);
  const b = json ? after : plain(fresh);
  const out: Differences = { json, lines: [], changed: 0, added: 0, gone: 0 };
  // A comma at the end says only that something follows.
  const keys = (lines: string[]) => (json ? lines.map(withoutComma) : lines);

  let [left, right] = [0, 0];
  let [gone, come]: [string[], string[]] = [[], []];
  const flush = () => {
    hunk(gone, come, json, out);
    [gone, come] = [[], []];
  };
  for (const part of changes(keys(a), keys(b))) {
    if (part.removed) gone.push(...a.slice(left, (left += part.count)));
    else if (part.added) come.push(...b.slice(right, (right += part.count)));
    else {
      flush();
      left += part.count;
      for (const text of b.slice(right, (right += part.count))) out.lines.push({ sign: ' ', text, marks: [] });
    }
  }
  flush();
  return out;
}

interface Change {
  count: number;
  added: boolean;
  removed: boolean;
}

function changes(a: string[], b: string[]): Change[] {
  const found = diffArrays(a, b, { maxEditLength: MOST_EDITS });
  if (found) return found;
  const same = (count: number) => ({ count, added: false, removed: false });
  const [head, tail] = ends(a, b);
  return [
    same(head),
    { count: a.length - head - tail, added: false, removed: true },
    { count: b.length - head - tail, added: true, removed: false },
    same(tail),
  ].filter((part) => part.count > 0);
}

/** How many items at the beginning and at the end are alike. */
function ends(a: ArrayLike<string>, b: ArrayLike<string>): [head: number, tail: number] {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [head, tail];
}

/** Adds lines that differ. Those that have the same name, or in plain text the same place, are shown as pairs. */
function hunk(gone: string[], come: string[], json: boolean, out: Differences): void {
  let [left, right] = [0, 0];
  const alone = (sign: Sign, text: string) => {
    out.lines.push({ sign, text, marks: [] });
    if (sign === '-') out.gone++;
    else out.added++;
  };
  const pairs = json
    ? changes(gone.map(nameOf), come.map(nameOf))
    : changes(gone.map(String.prototype.valueOf.bind('')), come.map(String.prototype.valueOf.bind('')));
  for (const part of pairs) {
    if (part.removed) for (let i = 0; i < part.count; i++) alone('-', gone[left++]);
    else if (part.added) for (let i = 0; i < part.count; i++) alone('+', come[right++]);
    else {
      for (let i = 0; i < part.count; i++) {
        const [a, b] = [gone[left++], come[right++]];
        const [was, is] = marksOf(a, b, json);
        out.lines.push({ sign: '-', text: a, marks: was }, { sign: '+', text: b, marks: is });
        out.changed++;
      }
    }
  }
}

const NAMED = /^ *"(?:\\.|[^"\\])*": /;
const WORDS = /\d+(?:\.\d+)?|\p{Script=Han}|[\p{L}\p{M}_]+|\s+|./gsu;

/** What two lines of JSON have in common if they are about the same field. */
function nameOf(line: string): string {
  const name = NAMED.exec(line)?.[0];
  if (name) return name;
  const at = line.search(/\S/);
  return `${' '.repeat(Math.max(0, at))}${/[{}[\]]/.test(line[at] ?? '') ? line[at] : 'value'}`;
}

type Marks = DiffLine['marks'];

/** The parts of two lines in which they differ. */
function marksOf(a: string, b: string, json: boolean): [Marks, Marks] {
  // The name and the comma are not what changed.
  const begin = json ? (NAMED.exec(a)?.[0].length ?? a.search(/\S/)) : 0;
  const [x, y] = [a, b].map((line) => (json ? withoutComma(line) : line).slice(begin));
  if (x.length > LONG_LINE || y.length > LONG_LINE) {
    const [head, tail] = ends(x, y);
    return [[[begin + head, begin + x.length - tail]], [[begin + head, begin + y.length - tail]]];
  }
  const [was, is]: [[number, number][], [number, number][]] = [[], []];
  let [left, right] = [begin, begin];
  for (const part of diffArrays(x.match(WORDS) ?? [], y.match(WORDS) ?? [])) {
    const length = part.value.join('').length;
    if (part.removed) was.push([left, (left += length)]);
    else if (part.added) is.push([right, (right += length)]);
    else {
      left += length;
      right += length;
    }
  }
  return [joined(was, a), joined(is, b)];
}

/** Marks with no more than a sign or two between them are one: "40:51.9", not "40" and "51.9". */
function joined(marks: [number, number][], text: string): Marks {
  const out: [number, number][] = [];
  for (const [from, to] of marks) {
    const last = out.at(-1);
    if (last && from - last[1] <= 2 && !/[\p{L}\p{N}]/u.test(text.slice(last[1], from))) last[1] = to;
    else out.push([from, to]);
  }
  return out;
}

const withoutComma = (line: string): string => (line.endsWith(',') ? line.slice(0, -1) : line);
const plain = (text: string): string[] => text.replace(/\r\n?/g, '\n').split('\n');

function laidOut(text: string): string[] | null {
  try {
    return new Layout(text).next(Infinity)?.text.split('\n') ?? null;
  } catch (thrown) {
    if (thrown instanceof Broken) return null;
    throw thrown;
  }
}
