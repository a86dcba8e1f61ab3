import { step } from './field';
import { DEEPEST } from './jsonfault';
import { parseTree } from './jsontree';

/** A part of a text that is laid out over lines. */
export interface Lines {
  /** Whole lines, each with its line break; only the last line of the text has none. */
  text: string;
  /** Branches to fold, three numbers for each: where the fold begins and ends in the output, and how many values it holds. */
  folds: Int32Array;
  /** Where a branch to fold begins whose end is not reached yet, in the output; -1 if there is none. */
  open: number;
  /** How much of the text has been read, in characters. */
  read: number;
  /** This is the last part. */
  last: boolean;
}

/** A value in a JSON text. */
export interface Spot {
  /** "$.items[0].sku" */
  path: string;
  /** Where the text of the value begins and ends. */
  from: number;
  to: number;
}

/** The text stops being JSON; jsonfault.ts says where. */
export class Broken extends Error {}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_OBJECT = 123;
const OPEN_LIST = 91;
const CLOSE_OBJECT = 125;
const CLOSE_LIST = 93;
const COMMA = 44;
const COLON = 58;

/** A branch of leaves that is no longer than this stays on one line. */
const INLINE = 52;
const INLINE_VALUES = 8;
/** Branches at this depth are folded. */
const FOLDED = 2;

/** Numbers that grow in number. */
class Numbers {
  #all = new Int32Array(1024);
  length = 0;
  push(n: number): void {
    if (this.length === this.#all.length) {
      const more = new Int32Array(2 * this.length);
      more.set(this.#all);
      this.#all = more;
    }
    this.#all[this.length++] = n;
  }
  at = (i: number): number => this.#all[i];
  set = (i: number, n: number): void => void (this.#all[i] = n);
  take(): Int32Array {
    const all = this.#all.slice(0, this.length);
    this.length = 0;
    return all;
  }
}

interface Branch {
  line: number;
  list: boolean;
  values: number;
  /** Where its first line ends in the output. */
  from: number;
}

/**
 * A Layout lays out an object or a list over lines, part by part, so that the first screen does not
 * wait for the last line. It keeps the text of every value: all digits of a number, the order of
 * names, and both values of a name that occurs twice. It remembers where each line came from.
 */
export class Layout {
  readonly #text: string;
  readonly #folding: boolean;
  readonly #partial: boolean;
  #at = 0;
  #expects: 'value' | 'name' | 'after' = 'value';
  #name = -1;
  #stack: Branch[] = [];
  #line: string | null = null;
  #out = '';
  /** The output before #out, in characters. */
  #done = 0;
  #ended = false;
  #folds = new Numbers();
  // One number for each line. A line that closes a branch has the branch's line as its parent, and no place.
  #place = new Numbers();
  #end = new Numbers();
  #names = new Numbers();
  #parent = new Numbers();
  #ordinal = new Numbers();
  /** The line that closes the branch which begins here; -1 if none does. */
  #closing = new Numbers();
  #begins = new Numbers();

  /** `partial` is the beginning of a longer text, which may end anywhere. */
  constructor(text: string, { folding = false, partial = false } = {}) {
    this.#text = text;
    this.#folding = folding;
    this.#partial = partial;
    this.#space();
    const c = text.charCodeAt(this.#at);
    if (c !== OPEN_OBJECT && c !== OPEN_LIST) throw new Broken();
  }

  /** Lays out about that many characters more; null after the last part. Throws Broken. */
  next(characters: number): Lines | null {
    if (this.#ended) return null;
    try {
      while (!this.#ended && this.#out.length < characters) this.#step();
    } catch (thrown) {
      if (!(thrown instanceof Broken) || !this.#partial) throw thrown;
      this.#ended = true;
    }
    if (this.#ended) this.#out += this.#line ?? '';
    const text = this.#out;
    this.#done += text.length;
    this.#out = '';
    const open = this.#folding ? (this.#stack[FOLDED]?.from ?? -1) : -1;
    return { text, folds: this.#folds.take(), open, read: this.#at, last: this.#ended };
  }

  #step(): void {
    this.#space();
    const c = this.#text.charCodeAt(this.#at);
    switch (this.#expects) {
      case 'name':
        if (c !== QUOTE) throw new Broken();
        this.#name = this.#at;
        this.#at = this.#string(this.#at);
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== COLON) throw new Broken();
        this.#at++;
        this.#expects = 'value';
        return;
      case 'value':
        return c === OPEN_OBJECT || c === OPEN_LIST ? this.#branch(c === OPEN_LIST) : this.#leaf();
      case 'after': {
        const branch = this.#stack.at(-1);
        if (!branch) {
          if (this.#at < this.#text.length) throw new Broken();
          this.#ended = true;
          return;
        }
        if (c !== COMMA) return this.#close(c);
        this.#at++;
        this.#line += ',';
        this.#expects = branch.list ? 'value' : 'name';
      }
    }
  }

  #branch(list: boolean): void {
    const from = this.#at;
    const short = this.#inline(from, list);
    if (short) {
      this.#begin(short.text, from, short.end);
      this.#at = short.end;
      this.#expects = 'after';
      return;
    }
    if (this.#stack.length >= DEEPEST) throw new Broken();
    const line = this.#begin(list ? '[' : '{', from, -1);
    const end = this.#begins.at(line) + this.#line!.length;
    this.#stack.push({ line, list, values: 0, from: end });
    this.#at++;
    this.#expects = list ? 'value' : 'name';
  }

  #leaf(): void {
    const from = this.#at;
    const end = this.#value(from);
    this.#begin(this.#text.slice(from, end), from, end);
    this.#at = end;
    this.#expects = 'after';
  }

  #close(c: number): void {
    const branch = this.#stack.at(-1)!;
    if (c !== (branch.list ? CLOSE_LIST : CLOSE_OBJECT)) throw new Broken();
    this.#stack.pop();
    this.#at++;
    this.#flush();
    const line = this.#place.length;
    const indent = '  '.repeat(this.#stack.length);
    const begin = this.#done + this.#out.length;
    this.#line = indent + (branch.list ? ']' : '}');
    this.#push(-1, this.#at, -1, branch.line, 0, begin);
    this.#end.set(branch.line, this.#at);
    this.#closing.set(branch.line, line);
    if (this.#folding && this.#stack.length === FOLDED) {
      this.#folds.push(branch.from);
      this.#folds.push(begin + indent.length);
      this.#folds.push(branch.values);
    }
    this.#expects = 'after';
  }

  /** Begins a line with a value. */
  #begin(value: string, from: number, end: number): number {
    this.#flush();
    const branch = this.#stack.at(-1);
    const name = this.#name < 0 ? '' : `${this.#text.slice(this.#name, this.#string(this.#name))}: `;
    this.#line = '  '.repeat(this.#stack.length) + name + value;
    const line = this.#place.length;
    this.#push(from, end, this.#name, branch?.line ?? -1, branch?.values ?? 0, this.#done + this.#out.length);
    if (branch) branch.values++;
    this.#name = -1;
    return line;
  }

  #push(place: number, end: number, name: number, parent: number, ordinal: number, begins: number): void {
    this.#place.push(place);
    this.#end.push(end);
    this.#names.push(name);
    this.#parent.push(parent);
    this.#ordinal.push(ordinal);
    this.#closing.push(-1);
    this.#begins.push(begins);
  }

  #flush(): void {
    if (this.#line !== null) this.#out += this.#line + '\n';
  }

  /** The text of a branch that has only leaves and fits on one line; null for every other. */
  #inline(from: number, list: boolean): { text: string; end: number; parts: string[] } | null {
    const close = list ? CLOSE_LIST : CLOSE_OBJECT;
    const parts: string[] = [];
    let length = 4;
    let at = this.#after(from + 1);
    if (this.#text.charCodeAt(at) === close) return { text: list ? '[]' : '{}', end: at + 1, parts };
    if (this.#stack.length === 0) return null;
    try {
      for (;;) {
        let part = '';
        if (!list) {
          if (this.#text.charCodeAt(at) !== QUOTE) return null;
          const end = this.#string(at, INLINE);
          part = `${this.#text.slice(at, end)}: `;
          at = this.#after(end);
          if (this.#text.charCodeAt(at) !== COLON) return null;
          at = this.#after(at + 1);
        }
        const c = this.#text.charCodeAt(at);
        let end: number;
        if (c === OPEN_OBJECT || c === OPEN_LIST) {
          end = this.#after(at + 1);
          if (this.#text.charCodeAt(end) !== (c === OPEN_LIST ? CLOSE_LIST : CLOSE_OBJECT)) return null;
          part += c === OPEN_LIST ? '[]' : '{}';
          end++;
        } else {
          end = this.#value(at, INLINE);
          part += this.#text.slice(at, end);
        }
        parts.push(part);
        length += part.length + (parts.length > 1 ? 2 : 0);
        if (length > INLINE || parts.length > INLINE_VALUES) return null;
        at = this.#after(end);
        const next = this.#text.charCodeAt(at);
        if (next === close) break;
        if (next !== COMMA) return null;
        at = this.#after(at + 1);
      }
    } catch (thrown) {
      if (thrown instanceof Broken) return null;
      throw thrown;
    }
    const inner = parts.join(', ');
    return { text: list ? `[ ${inner} ]` : `{ ${inner} }`, end: at + 1, parts };
  }

  /** The end of the space that begins there. */
  #after(at: number): number {
    for (;;) {
      const c = this.#text.charCodeAt(at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return at;
      at++;
    }
  }

  #space(): void {
    this.#at = this.#after(this.#at);
  }

  /** The end of the string, number or literal that begins there. */
  #value(at: number, most = Infinity): number {
    const c = this.#text.charCodeAt(at);
    if (c === QUOTE) return this.#string(at, most);
    const pattern = c === 116 || c === 102 || c === 110 ? LITERAL : NUMBER;
    pattern.lastIndex = at;
    const end = pattern.test(this.#text) ? pattern.lastIndex : at;
    if (end === at || WORD.test(this.#text.charAt(end))) throw new Broken();
    return end;
  }

  #string(at: number, most = Infinity): number {
    const text = this.#text;
    const until = Math.min(text.length, at + most + 2);
    for (let i = at + 1; i < until; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) return i + 1;
      if (c < 32) break;
      if (c !== BACKSLASH) continue;
      i++;
      if (text.charCodeAt(i) === 117) {
        if (!HEXADECIMAL.test(text.slice(i + 1, i + 5))) break;
        i += 4;
      } else if (!ESCAPED.includes(text.charAt(i)) || i >= text.length) break;
    }
    throw new Broken();
  }

  /** How many lines there are so far. */
  get lines(): number {
    return this.#place.length;
  }

  /** The value at a column of a line; null if there is none. Both count from 0. */
  spot(line: number, column: number): Spot | null {
    if (line < 0 || line >= this.lines) return null;
    if (this.#place.at(line) < 0) return this.spot(this.#parent.at(line), 0);
    const from = this.#place.at(line);
    const to = this.#end.at(line);
    const path = this.#path(line);
    if (to < 0 || this.#closing.at(line) >= 0) return { path, from, to };
    return this.#inside(line, column, path) ?? { path, from, to };
  }

  /** The value at a column of a branch on one line. */
  #inside(line: number, column: number, path: string): Spot | null {
    const from = this.#place.at(line);
    const tree = parseTree(this.#text.slice(from, this.#end.at(line)));
    if (!tree?.children.length) return null;
    const name = this.#names.at(line);
    let at = 2 * this.#depth(line) + (name < 0 ? 0 : this.#string(name) - name + 2) + 2;
    for (const [i, child] of tree.children.entries()) {
      const text = child.kind === 'object' ? '{}' : child.kind === 'list' ? '[]' : child.text;
      const length = (child.name === undefined ? 0 : child.name.length + 2) + text.length;
      if (column >= at && column <= at + length) {
        const place = from + child.at;
        const end = child.text ? place + child.text.length : this.#text.indexOf(text[1], place) + 1;
        return { path: path + step(child.name, i), from: place, to: end };
      }
      at += length + 2;
    }
    return null;
  }

  /**
   * Where pairs of offsets of the text are in the output, whose characters `code` has (NaN beyond its
   * end). They must be in order; the answer ends with the last pair that is laid out.
   */
  places(pairs: readonly number[], code: (at: number) => number): number[] {
    const found: number[] = [];
    let at = 0;
    let to = 0;
    for (const [i, offset] of pairs.entries()) {
      const line = this.#lineOf(offset);
      if (line >= 0 && this.#beginOf(line) > at) {
        at = this.#beginOf(line);
        to = this.#begins.at(line) + 2 * this.#depth(this.#closes(line) ? this.#parent.at(line) : line);
      }
      // Only the space between the tokens differs.
      let next = code(to);
      while (at < offset && !Number.isNaN(next)) {
        const here = this.#text.charCodeAt(at);
        if (here === next || !isSpace(next)) at++;
        if (here === next || isSpace(next)) next = code(++to);
      }
      while (i % 2 === 0 && isSpace(next) && next !== this.#text.charCodeAt(at)) next = code(++to);
      if (at < offset) break;
      found.push(to);
    }
    return found.slice(0, found.length & ~1);
  }

  #closes = (line: number): boolean => this.#place.at(line) < 0;

  /** Where what is on a line begins in the text. */
  #beginOf(line: number): number {
    if (this.#closes(line)) return this.#end.at(line) - 1;
    return this.#names.at(line) < 0 ? this.#place.at(line) : this.#names.at(line);
  }

  /** The line that has an offset of the text; -1 before the first. */
  #lineOf(offset: number): number {
    let low = 0;
    for (let high = this.lines; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#beginOf(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #depth(line: number): number {
    let depth = 0;
    for (let up = this.#parent.at(line); up >= 0; up = this.#parent.at(up)) depth++;
    return depth;
  }

  #path(line: number): string {
    const steps: string[] = [];
    for (let at = line; this.#parent.at(at) >= 0; at = this.#parent.at(at)) {
      const name = this.#names.at(at);
      steps.unshift(step(name < 0 ? undefined : this.#text.slice(name, this.#string(name)), this.#ordinal.at(at)));
    }
    return `$${steps.join('')}`;
  }

  /** The fold of the branch that begins on a line, and those of the branches directly in it, as in Lines.folds; empty if none begins. */
  folds(line: number): Int32Array {
    const closing = line < this.lines ? this.#closing.at(line) : -1;
    if (closing < 0) return new Int32Array();
    const out = new Numbers();
    const add = (line: number, closing: number) => {
      const opened = this.#begins.at(line + 1) - 1;
      let values = 0;
      for (let i = line + 1; i < closing; i = this.#beyond(i)) values++;
      out.push(opened);
      out.push(this.#begins.at(closing) + 2 * this.#depth(line));
      out.push(values);
    };
    add(line, closing);
    for (let i = line + 1; i < closing; i = this.#beyond(i)) {
      if (this.#closing.at(i) >= 0) add(i, this.#closing.at(i));
    }
    return out.take();
  }

  /** The line after the value that begins on a line. */
  #beyond(line: number): number {
    const closing = this.#closing.at(line);
    return (closing < 0 ? line : closing) + 1;
  }
}

const isSpace = (code: number): boolean => code === 32 || code === 10;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const WORD = /[\w.+$-]/;
const HEXADECIMAL = /^[0-9a-fA-F]{4}$/;
const ESCAPED = '"\\/bfnrt';
