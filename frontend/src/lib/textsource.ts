import type { Pairs } from './hits';
import type { Spot } from './jsonlayout';
import { Reading, type Hits, type Part } from './reading';

/** A text that is read part by part, here or in a worker. See Reading. */
export interface TextSource {
  /** The next part; null after the last. */
  next(characters: number): Promise<Part | null>;
  find(words: string): Promise<Hits>;
  spot(line: number, column: number): Promise<Spot | null>;
  /** A piece of the text, such as a value. */
  piece(from: number, to: number): Promise<string>;
  folds(line: number): Promise<Int32Array>;
  place(pairs: Pairs): Promise<Int32Array>;
  close(): void;
}

/** The text is read here. For texts so short that reading them takes no time. */
export class LocalText implements TextSource {
  readonly #reading: Reading;

  constructor(text: string, options: { plain?: boolean; partial?: boolean; folding?: boolean } = {}) {
    this.#reading = new Reading(text, options);
  }

  next = async (characters: number) => this.#reading.next(characters);
  spot = async (line: number, column: number) => this.#reading.spot(line, column);
  piece = async (from: number, to: number) => this.#reading.piece(from, to);
  folds = async (line: number) => this.#reading.folds(line);
  place = async (pairs: Pairs) => this.#reading.place(pairs);
  close(): void {}

  async find(words: string): Promise<Hits> {
    const search = this.#reading.find(words);
    for (;;) {
      const step = search.next();
      if (step.done) return step.value;
    }
  }
}
