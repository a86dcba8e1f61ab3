/** A Command is an entry of the palette. */
export interface Command {
  title: string;
  /** The group that is shown beside it. */
  group: string;
  keys?: string;
  act: () => void;
}

/** How well a title matches the typed text: 0 not at all, higher is better. */
export function score(title: string, typed: string): number {
  const t = title.toLowerCase();
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  let sum = 1;
  for (const word of words) {
    const at = t.indexOf(word);
    if (at < 0) return 0;
    sum += at === 0 ? 3 : /[\s.\-_:]/.test(t[at - 1]) ? 2 : 1;
  }
  return sum;
}

/** The commands that match the typed text, the best first. Equal ones keep their order. */
export function answers(commands: readonly Command[], typed: string): Command[] {
  return commands
    .map((command) => ({ command, score: score(`${command.title} ${command.group}`, typed) }))
    .filter((a) => a.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((a) => a.command);
}
