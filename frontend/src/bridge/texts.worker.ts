/** Reads long texts beside the page, so that the page stays responsive. texts.ts is the page's side. */
import type { Pairs } from '../lib/hits';
import { compare } from '../lib/compare';
import { kindOf, layOut } from '../lib/jsonfault';
import { Reading, type Hits } from '../lib/reading';

/** The server refused to give a text. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly statusText: string,
    readonly body: string,
  ) {
    super();
  }
}

let reading: Reading | null = null;
let searches = 0;

const pause = () => new Promise((resolve) => setTimeout(resolve));

async function load(url: string): Promise<string> {
  const response = await fetch(url, { cache: 'no-store', credentials: 'same-origin' });
  if (!response.ok) throw new Refused(response.status, response.statusText, await response.text().catch(() => ''));
  if (!response.body) return response.text();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts: string[] = [];
  let loaded = 0;
  let said = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(decoder.decode(value, { stream: true }));
    loaded += value.length;
    if (loaded - said > 1 << 20) self.postMessage({ loaded: (said = loaded) });
  }
  parts.push(decoder.decode());
  return parts.join('');
}

const tasks = {
  load: async (url: string, plain: boolean) => {
    reading = new Reading(await load(url), { plain });
  },
  next: async (characters: number) => reading!.next(characters),
  spot: async (line: number, column: number) => reading!.spot(line, column),
  piece: async (from: number, to: number) => reading!.piece(from, to),
  folds: async (line: number) => reading!.folds(line),
  place: async (pairs: Pairs) => reading!.place(pairs),
  /** A later search ends this one. */
  find: async (words: string): Promise<Hits> => {
    const mine = ++searches;
    const search = reading!.find(words);
    for (;;) {
      const step = search.next();
      if (step.done) return step.value;
      await pause();
      if (mine !== searches) return { at: new Int32Array(), count: 0 };
    }
  },
  kind: async (text: string) => kindOf(text),
  format: async (text: string) => layOut(text),
  compare: async (old: string, fresh: string) => compare(old, fresh),
};

export type Tasks = typeof tasks;

self.onmessage = async ({
  data: { id, name, given },
}: MessageEvent<{ id: number; name: keyof Tasks; given: unknown[] }>) => {
  try {
    self.postMessage({ id, result: await (tasks[name] as (...given: unknown[]) => unknown)(...given) });
  } catch (thrown) {
    const { status, statusText, body } = thrown as Partial<Refused>;
    const refused = thrown instanceof Refused ? { status, statusText, body } : null;
    self.postMessage({ id, refused, failed: String(thrown) });
  }
};
