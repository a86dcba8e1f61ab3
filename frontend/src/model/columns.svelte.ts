import type { Pane } from '../lib/link';
import { layout, type Column, type Layout } from './layout.svelte';

/** The smallest, usual and largest width of a column, in pixels. */
export const WIDTH = { least: 40, usual: 96, most: 600 };
/** A list has no more columns than this. */
export const MOST_COLUMNS = 12;

type Shown = Pick<Pane, 'source' | 'q'>;

/**
 * Columns are the fields that a list of messages shows. They are kept for each source, and with a
 * view that is shown.
 */
export class Columns {
  constructor(readonly stored: Pick<Layout, 'columns' | 'views'> = layout) {}

  of(shown: Shown): readonly Column[] {
    return this.#view(shown)?.columns ?? this.stored.columns[keyOf(shown)] ?? [];
  }

  has(shown: Shown, path: string): boolean {
    return this.of(shown).some((c) => c.path === path);
  }

  /** Adds a column, or removes it if it is there. Returns whether it could. */
  toggle(shown: Shown, path: string): boolean {
    const now = this.of(shown);
    if (this.has(shown, path))
      this.#set(
        shown,
        now.filter((c) => c.path !== path),
      );
    else if (now.length >= MOST_COLUMNS) return false;
    else this.#set(shown, [...now, { path, width: WIDTH.usual }]);
    return true;
  }

  /** Moves a column by so many places. */
  move(shown: Shown, path: string, by: number): void {
    const now = [...this.of(shown)];
    const at = now.findIndex((c) => c.path === path);
    const to = at + by;
    if (at < 0 || to < 0 || to >= now.length) return;
    now.splice(to, 0, ...now.splice(at, 1));
    this.#set(shown, now);
  }

  resize(shown: Shown, path: string, width: number): void {
    const fit = Math.round(Math.min(WIDTH.most, Math.max(WIDTH.least, width)));
    this.#set(
      shown,
      this.of(shown).map((c) => (c.path === path ? { ...c, width: fit } : c)),
    );
  }

  #view({ source, q }: Shown) {
    return this.stored.views.find((v) => v.source === source && v.q === q && v.columns);
  }

  #set(shown: Shown, columns: readonly Column[]): void {
    const view = this.#view(shown);
    if (view) this.stored.views = this.stored.views.map((v) => (v === view ? { ...v, columns } : v));
    else this.stored.columns = { ...this.stored.columns, [keyOf(shown)]: columns };
  }
}

const keyOf = ({ source }: Shown): string => (source === null ? 'all' : String(source));

export const columns = new Columns();
