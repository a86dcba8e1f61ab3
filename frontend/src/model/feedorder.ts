import type { Source } from '../bridge/types';
import { rank, worstFirst } from '../lib/standing';

/**
 * A FeedOrder lists feeds with the worst first. While the reader is busy in the list, the feeds stay
 * where they are: new ones are added at the end, and nothing else moves.
 */
export class FeedOrder {
  #ids: number[] = [];
  #sortedBy = '';

  arrange(feeds: readonly Source[], busy: boolean): Source[] {
    if (busy && this.#ids.length > 0) {
      const list = this.#kept(feeds);
      this.#sortedBy = '';
      this.#ids = list.map((f) => f.id);
      return list;
    }
    // Sorting by name takes long, and is needed only if a rank or a name has changed.
    const key = feeds.map((f) => `${f.id} ${rank(f)} ${f.name}`).join('\n');
    const list = key === this.#sortedBy ? this.#kept(feeds) : worstFirst(feeds);
    this.#sortedBy = key;
    this.#ids = list.map((f) => f.id);
    return list;
  }

  #kept(feeds: readonly Source[]): Source[] {
    const byId = new Map(feeds.map((f) => [f.id, f]));
    const list: Source[] = [];
    for (const id of this.#ids) {
      const feed = byId.get(id);
      if (feed && byId.delete(id)) list.push(feed);
    }
    return [...list, ...byId.values()];
  }
}
