import { SvelteSet } from 'svelte/reactivity';
import type { Source } from '../bridge/types';
import {
  flat,
  groupsAround,
  inTrouble,
  nameOrder,
  treeOf,
  type SourceGroup,
  type SourceLeaf,
  type TreeRow,
} from '../lib/sourcetree';
import { bookmarks, type Bookmarks } from './bookmarks.svelte';
import { layout, type KeptView, type Layout } from './layout.svelte';
import { place, SCREENS, type Navigation, type ScreenName } from './place.svelte';
import { live, type Live } from './state.svelte';

/** With more sources than this, groups are folded until the user unfolds them. */
const FEW = 40;

export type Heading = 'views' | 'feeds' | 'channels';

/** A row of the sidebar. `key` stays the same while the row is about the same thing. */
export type SidebarRow =
  | { kind: 'all'; key: 'all'; level: 1 }
  | { kind: 'screen'; key: string; level: 1 | 2; screen: ScreenName }
  | { kind: 'view'; key: string; level: 2; view: KeptView }
  | { kind: 'heading'; key: string; level: 1; heading: Heading; folded: boolean; count: number }
  | { kind: 'none'; key: string; level: 2; heading: Heading }
  | SourceGroup
  | SourceLeaf;

/** What a Sidebar reads; tests replace it. */
interface Parts {
  live: Pick<Live, 'feeds' | 'channels' | 'sources' | 'byId'>;
  layout: Pick<Layout, 'order' | 'folds' | 'views'>;
  place: Pick<Navigation, 'screen' | 'active' | 'open' | 'go'>;
  bookmarks?: Pick<Bookmarks, 'list'>;
}

/**
 * Sidebar is the list of screens, views and sources: in which order, what is folded, where the
 * cursor is, and which sources are selected.
 */
export class Sidebar {
  /** What is typed in the search field. */
  query = $state('');
  /** The key of the row with the cursor. */
  cursor = $state('all');
  /** The ids of the selected sources. */
  readonly selection = new SvelteSet<number>();
  /** While the pointer or the focus is on them, rows do not change places. */
  hovered = $state(false);
  focused = $state(false);
  readonly held = $derived(this.hovered || this.focused);
  /** Incremented when the row with the cursor should be scrolled into view. */
  reveals = $state(0);
  #anchor = 'all';

  #feedsByName = nameOrder();
  #channelsByName = nameOrder();
  /** The sources as they were when rows last changed places. */
  #settled = $state.raw<ReadonlyMap<number, Source>>(new Map());

  constructor(readonly parts: Parts = { live, layout, place, bookmarks }) {}

  readonly rows = $derived.by<SidebarRow[]>(() => {
    const { live, layout } = this.parts;
    const marked = (this.parts.bookmarks?.list.length ?? 0) > 0;
    const found = this.query.trim().toLowerCase();
    const match = (s: Source) => s.name.toLowerCase().includes(found);
    const feeds = this.#feedsByName(live.feeds);
    const channels = this.#channelsByName(live.channels);
    if (found) {
      return [...this.#found('feeds', feeds.filter(match)), ...this.#found('channels', channels.filter(match))];
    }
    return [
      { kind: 'all', key: 'all', level: 1 },
      ...SCREENS.filter((name) => name !== 'timeline' && name !== 'bookmarks').map(
        (screen) => ({ kind: 'screen', key: screen, level: 1, screen }) as const,
      ),
      ...this.#part('views', layout.views.length + (marked ? 1 : 0), () => [
        ...(marked ? [{ kind: 'screen', key: 'bookmarks', level: 2, screen: 'bookmarks' } as const] : []),
        ...layout.views.map((view) => ({ kind: 'view', key: `view ${view.name}`, level: 2, view }) as const),
      ]),
      ...this.#part('feeds', feeds.length, () => this.#tree(feeds, 'feeds')),
      ...this.#part('channels', channels.length, () => this.#tree(channels, 'channels')),
    ];
  });

  readonly #index = $derived(new Map(this.rows.map((row, i) => [row.key, i])));
  /** The index of the row with the cursor; 0 if it is gone. */
  readonly at = $derived(this.#index.get(this.cursor) ?? 0);
  /** The sources that an action is about: those selected, or else the one with the cursor. */
  readonly targets = $derived.by<Source[]>(() => {
    const { byId } = this.parts.live;
    if (this.selection.size > 0) {
      return [...this.selection].flatMap((id) => byId.call(this.parts.live, id) ?? []);
    }
    const row = this.rows[this.at];
    return row?.kind === 'source' ? [row.source] : [];
  });

  /** Lets the rows take the places that are due to them now. Call it every few seconds. */
  settle(): void {
    if (!this.held) this.#settled = new Map(this.parts.live.sources.map((s) => [s.id, s]));
  }

  /** Moves the cursor. With `extend`, all sources on the way are selected. */
  move(by: number, extend = false): void {
    this.#put(this.at + by, extend);
  }

  first(): void {
    this.#put(0);
  }

  last(): void {
    this.#put(this.rows.length - 1);
  }

  /** Unfolds the row with the cursor; if it is unfolded, goes to its first member. */
  unfold(): void {
    const row = this.rows[this.at];
    if (!row || !('folded' in row)) return;
    if (row.folded) this.fold(row.key, false);
    else if ((this.rows[this.at + 1]?.level ?? 0) > row.level) this.move(1);
  }

  /** Folds the row with the cursor; if it has nothing to fold, goes to what is around it. */
  foldOrLeave(): void {
    const row = this.rows[this.at];
    if (!row) return;
    if ('folded' in row && !row.folded) return this.fold(row.key, true);
    const around = this.rows.findLastIndex((r, i) => i < this.at && r.level < row.level);
    if (around >= 0) this.#put(around);
  }

  fold(key: string, folded: boolean): void {
    this.parts.layout.folds = { ...this.parts.layout.folds, [key]: folded };
  }

  isFolded(key: string): boolean {
    const large = key.includes('/') && this.parts.live.sources.length > FEW;
    return this.parts.layout.folds[key] ?? large;
  }

  /** Whether what the row with the cursor stands for is on the screen. */
  isShown(row: SidebarRow = this.rows[this.at]): boolean {
    const { screen, active } = this.parts.place;
    if (row.kind === 'screen') return screen === row.screen;
    if (screen !== 'timeline') return false;
    if (row.kind === 'view') return active.source === row.view.source && active.q === row.view.q;
    if (row.kind === 'source') return active.source === row.source.id;
    return row.kind === 'all' && active.source === null;
  }

  /** Opens what a row stands for, or folds it. */
  activate(row: SidebarRow = this.rows[this.at]): void {
    const { place } = this.parts;
    this.cursor = row.key;
    this.#anchor = row.key;
    if (row.kind !== 'source') this.selection.clear();
    switch (row.kind) {
      case 'all':
        return place.open(null);
      case 'screen':
        return place.go({ screen: row.screen });
      case 'view':
        return place.open(row.view.source, row.view.q);
      case 'source':
        this.selection.clear();
        return place.open(row.source.id);
      case 'heading':
      case 'group':
        return this.fold(row.key, !row.folded);
    }
  }

  /** Adds a source to the selection, or takes it out. */
  toggle(row: SidebarRow = this.rows[this.at]): void {
    if (row.kind === 'group') {
      const all = row.members.every((s) => this.selection.has(s.id));
      for (const { id } of row.members)
        if (all) this.selection.delete(id);
        else this.selection.add(id);
    }
    if (row.kind === 'source' && !this.selection.delete(row.source.id)) this.selection.add(row.source.id);
    this.cursor = this.#anchor = row.key;
  }

  /** Selects all sources from the last one that was chosen to this one. */
  extendTo(row: SidebarRow): void {
    this.#put(this.#index.get(row.key) ?? this.at, true);
  }

  selectAll(): void {
    for (const row of this.rows) if (row.kind === 'source') this.selection.add(row.source.id);
    if (this.query) return;
    for (const { id } of this.parts.live.sources) this.selection.add(id);
  }

  /** Gives up the selection, or else the search. Returns whether there was one. */
  leave(): boolean {
    if (this.selection.size > 0) this.selection.clear();
    else if (this.query) this.query = '';
    else return false;
    return true;
  }

  /** Goes to the next row whose name begins with what was typed. */
  typeAhead(text: string): void {
    const wanted = text.toLowerCase();
    const from = text.length > 1 ? this.at : this.at + 1;
    for (let i = 0; i < this.rows.length; i++) {
      const index = (from + i) % this.rows.length;
      if (nameOf(this.rows[index]).toLowerCase().startsWith(wanted)) return this.#put(index);
    }
  }

  /** Makes the row of a source visible and puts the cursor on it. */
  reveal(id: number): void {
    const source = this.parts.live.byId(id);
    if (!source) return;
    if (this.query && !source.name.toLowerCase().includes(this.query.trim().toLowerCase())) this.query = '';
    const heading = source.kind === 'feed' ? 'feeds' : 'channels';
    if (!this.query && this.isFolded(heading)) this.fold(heading, false);
    const shown = () => this.rows.find((r) => r.kind === 'source' && r.source.id === id);
    for (let depth = 0; depth < 8 && !shown(); depth++) {
      const folded = groupsAround(this.rows as TreeRow[], id).filter((key) => this.isFolded(key));
      if (folded.length === 0) break;
      for (const key of folded) this.fold(key, false);
    }
    const row = shown();
    if (row) this.#put(this.#index.get(row.key)!);
  }

  #put(index: number, extend = false): void {
    const to = Math.max(0, Math.min(this.rows.length - 1, index));
    const row = this.rows[to];
    if (!row) return;
    if (extend) {
      const from = this.#index.get(this.#anchor) ?? this.at;
      this.selection.clear();
      for (const r of this.rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
        if (r.kind === 'source') this.selection.add(r.source.id);
      }
    } else this.#anchor = row.key;
    this.cursor = row.key;
    this.reveals++;
  }

  #found(heading: Heading, sources: readonly Source[]): SidebarRow[] {
    if (sources.length === 0) return [];
    const head = { kind: 'heading', key: heading, level: 1, heading, folded: false, count: sources.length } as const;
    return [head, ...flat(sources, { level: 2, order: this.parts.layout.order })];
  }

  #part(heading: Heading, count: number, inside: () => SidebarRow[]): SidebarRow[] {
    if (heading === 'views' && count === 0) return [];
    const folded = this.isFolded(heading);
    const rows: SidebarRow[] = [{ kind: 'heading', key: heading, level: 1, heading, folded, count }];
    if (folded) return rows;
    if (count === 0) return [...rows, { kind: 'none', key: `none ${heading}`, level: 2, heading }];
    return [...rows, ...inside()];
  }

  #tree(sources: readonly Source[], heading: Heading): TreeRow[] {
    const { layout, place } = this.parts;
    const settled = this.#settled;
    const as = (s: Source) => settled.get(s.id) ?? s;
    return treeOf(
      sources,
      {
        order: layout.order,
        folded: (key) => this.isFolded(key),
        as,
        shown: (s) => inTrouble(as(s)) || (place.screen === 'timeline' && s.id === place.active.source),
        level: 2,
      },
      '',
      heading,
    );
  }
}

/** The name of a row, for finding it by its first letters. */
function nameOf(row: SidebarRow): string {
  switch (row.kind) {
    case 'source':
    case 'group':
      return row.name;
    case 'view':
      return row.view.name;
  }
  return '';
}

export const sidebar = new Sidebar();
