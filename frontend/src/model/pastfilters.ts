import { layout, type Layout } from './layout.svelte';

/** So many are remembered, of so many characters together: the server stores them with the layout. */
const MOST = { filters: 50, characters: 5000, one: 1000 };

/** PastFilters are the filters that were used, the newest first. */
export class PastFilters {
  constructor(readonly stored: Pick<Layout, 'filters'> = layout) {}

  get list(): readonly string[] {
    return this.stored.filters;
  }

  /** Remembers a filter that was used. */
  add(q: string): void {
    const filter = q.trim();
    if (filter === '' || filter.length > MOST.one || filter === this.list[0]) return;
    let room = MOST.characters;
    this.stored.filters = [filter, ...this.list.filter((f) => f !== filter)]
      .slice(0, MOST.filters)
      .filter((f) => (room -= f.length) >= 0);
  }

  forget(q: string): void {
    this.stored.filters = this.list.filter((f) => f !== q);
  }
}

export const pastFilters = new PastFilters();
