/** An Entry is a line of the palette. */
export interface Entry {
  key: string;
  title: string;
  /** The group that is shown beside it. */
  group: string;
  keys?: string;
  /** It has a name that the user gave: the beginning of each part of it counts as much as the beginning of a command. */
  named?: boolean;
  act: () => unknown;
}

/**
 * How well words in lower case match an entry: 0 not at all, higher is better. The beginning of a
 * word counts more than its middle.
 */
function score({ title, group, named }: Entry, words: readonly string[]): number {
  const text = `${title} ${group}`.toLowerCase();
  let sum = 1;
  for (const word of words) {
    let best = 0;
    for (let at = text.indexOf(word); at >= 0 && best < 3; at = text.indexOf(word, at + 1)) {
      const begins = at === 0 || /[\s.\-_:/]/.test(text[at - 1]);
      best = Math.max(best, !begins ? 1 : at === 0 || (named && at < title.length) ? 3 : 2);
    }
    if (best === 0) return 0;
    sum += best;
  }
  return sum;
}

/** The entries that match the typed text, the best first, at most `most`. Equal ones keep their order. */
export function answers(entries: readonly Entry[], typed: string, most = Infinity): Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, score: score(entry, words) }))
    .filter((a) => a.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((a) => a.entry);
}
