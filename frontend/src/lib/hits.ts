/** Where a filter matched: pairs of the beginning and the end of each hit in a text, in order. */
export type Pairs = readonly number[];

export interface Part {
  text: string;
  hit: boolean;
}

/** Splits a text at the ends of its hits. `from` is where the text begins among the hits. */
export function partsOf(text: string, pairs: Pairs = [], from = 0): Part[] {
  const out: Part[] = [];
  let done = 0;
  const until = (end: number, hit: boolean) => {
    if (end > done) out.push({ text: text.slice(done, end), hit });
    done = Math.max(done, end);
  };
  for (let i = 0; i + 1 < pairs.length && pairs[i] - from < text.length; i += 2) {
    until(Math.min(text.length, pairs[i] - from), false);
    until(Math.min(text.length, pairs[i + 1] - from), true);
  }
  until(text.length, false);
  return out;
}

/** The hits in a text that was changed, where `length` is how long the beginning of the text is then. */
export const moved = (pairs: Pairs, length: (at: number) => number): Pairs => pairs.map(length);

/** Where the hits of a text are once \n is its only line break. */
export function withoutReturns(text: string, pairs: Pairs): Pairs {
  let at = 0;
  let gone = 0;
  return moved(pairs, (to) => {
    for (let next = text.indexOf('\r\n', at); next >= 0 && next < to; next = text.indexOf('\r\n', at)) {
      gone++;
      at = next + 2;
    }
    // Between the two there is one break.
    return to - gone + (at > to ? 1 : 0);
  });
}
