import { findFault, type JSONFault } from './jsonfault';
import { withoutReturns, type Pairs } from './hits';
import { Broken, Layout, type Lines, type Spot } from './jsonlayout';

/** The hits of a search, as offsets in the output. */
export interface Hits {
  /** Up to MOST_HITS of them. */
  at: Int32Array;
  count: number;
}

/** The next part of the output, or that the output begins again as plain text, because the JSON is broken. */
export type Part = Lines & {
  again: boolean;
  fault: JSONFault | null;
  json: boolean;
  /** The length of the whole text, in characters. */
  of: number;
};

/** Shorter texts are shown with all branches open. */
export const FOLDING = 8 << 10;
export const MOST_HITS = 10_000;

/**
 * A Reading turns a text into the lines that a reader sees, part by part: JSON laid out, any other
 * text as it is. It searches them, and finds the value at a place.
 */
export class Reading {
  /** With \n as the only line break. */
  readonly #text: string;
  /** As it was given. */
  readonly #given: string;
  #layout: Layout | null = null;
  #fault: JSONFault | null = null;
  #again = false;
  #at = 0;
  #parts: string[] = [];

  /** `plain` does not lay out JSON. `partial` is the beginning of a longer text. */
  constructor(text: string, { plain = false, partial = false, folding = text.length > FOLDING } = {}) {
    this.#given = text;
    this.#text = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    if (plain) return;
    try {
      this.#layout = new Layout(this.#text, { folding, partial });
    } catch (thrown) {
      if (!(thrown instanceof Broken)) throw thrown;
    }
  }

  /** The next part of about that many characters; null after the last. */
  next(characters: number): Part | null {
    const lines = this.#layout ? this.#laidOut(characters) : this.#plain(characters);
    if (!lines) return null;
    this.#parts.push(lines.text);
    const again = this.#again;
    this.#again = false;
    return { ...lines, again, fault: this.#fault, json: this.#layout !== null, of: this.#text.length };
  }

  #laidOut(characters: number): Lines | null {
    try {
      return this.#layout!.next(characters);
    } catch (thrown) {
      if (!(thrown instanceof Broken)) throw thrown;
      this.#layout = null;
      this.#parts = [];
      this.#again = true;
      this.#fault = findFault(this.#text);
      return this.#plain(characters);
    }
  }

  #plain(characters: number): Lines | null {
    const from = this.#at;
    if (from >= this.#text.length && (from > 0 || this.#parts.length > 0)) return null;
    let to = Math.min(this.#text.length, from + characters);
    // Not between the two halves of a character.
    if (to < this.#text.length && (this.#text.charCodeAt(to) & 0xfc00) === 0xdc00) to++;
    this.#at = to;
    const text = this.#text.slice(from, to);
    return { text, folds: new Int32Array(), open: -1, read: to, last: to === this.#text.length };
  }

  /** Searches what has been laid out so far, ignoring case. It yields between the parts of a long text. */
  *find(words: string): Generator<undefined, Hits> {
    const at = new Int32Array(MOST_HITS);
    let count = 0;
    if (words === '') return { at: at.slice(0, 0), count };
    const pattern = new RegExp(words.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'giu');
    let begin = 0;
    // Plain text is searched whole: its parts may end anywhere.
    for (const part of this.#layout ? this.#parts : [this.#text]) {
      for (const found of part.matchAll(pattern)) {
        if (count < MOST_HITS) at[count] = begin + found.index;
        count++;
      }
      begin += part.length;
      yield;
    }
    return { at: at.slice(0, Math.min(count, MOST_HITS)), count };
  }

  /** The value at a column of a line; null in plain text, and for a value whose end has not been read. */
  spot(line: number, column: number): Spot | null {
    const spot = this.#layout?.spot(line, column);
    return spot && spot.to >= 0 ? spot : null;
  }

  /** Where hits in the text are in what has been laid out so far. */
  place(pairs: Pairs): Int32Array {
    const plain = this.#given === this.#text ? pairs : withoutReturns(this.#given, pairs);
    let part = 0;
    let begin = 0;
    const code = (at: number): number => {
      while (at < begin) begin -= this.#parts[--part].length;
      while (part < this.#parts.length && at >= begin + this.#parts[part].length) begin += this.#parts[part++].length;
      return part < this.#parts.length ? this.#parts[part].charCodeAt(at - begin) : NaN;
    };
    if (this.#layout) return Int32Array.from(this.#layout.places(plain, code));
    return Int32Array.from(plain.filter((at, i) => (i % 2 === 0 ? plain[i + 1] : at) <= this.#at));
  }

  /** A piece of the text. */
  piece(from: number, to: number): string {
    return this.#text.slice(from, to);
  }

  /** See Layout.folds. */
  folds(line: number): Int32Array {
    return this.#layout?.folds(line) ?? new Int32Array();
  }
}
