import type { Source, State } from '../bridge/types';

/**
 * Merges a response that holds only what changed into the state before it. A source that did not
 * change stays the same object, so nothing is drawn again for it.
 */
export function merge(old: State | null, next: State): State {
  if (next.whole || !old) return next;
  const changed = new Map(next.sources.map((s) => [s.id, s]));
  const removed = new Set(next.removed);
  const sources: Source[] = [];
  for (const source of old.sources) {
    if (removed.has(source.id)) continue;
    const now = changed.get(source.id);
    changed.delete(source.id);
    sources.push(now ?? source);
  }
  if (changed.size > 0) {
    sources.push(...changed.values());
    sources.sort((a, b) => a.id - b.id);
  }
  return { ...next, sources };
}
