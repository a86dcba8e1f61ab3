/** An Entry is a line of the palette. */
export interface Entry {
  key: string;
  title: string;
  /** The group that is shown beside it. */
  group: string;
  keys?: string;
  act: () => unknown;
}

/** How well a title matches words in lower case: 0 not at all, higher is better. The beginning of a word counts more than its middle. */
function score(title: string, words: readonly string[]): number {
  let sum = 1;
  for (const word of words) {
    const at = title.indexOf(word);
    if (at < 0) return 0;
    sum += at === 0 ? 3 : /[\s.\-_:/]/.test(title[at - 1]) ? 2 : 1;
  }
  return sum;
}

/** The entries that match the typed text, the best first, at most `most`. Equal ones keep their order. */
export function answers(entries: readonly Entry[], typed: string, most = Infinity): Entry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, score: score(`${entry.title} ${entry.group}`.toLowerCase(), words) }))
    .filter((a) => a.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map((a) => a.entry);
}
