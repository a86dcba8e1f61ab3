import type { Source } from '../bridge/types';
import { layout, type KeptView, type Layout } from './layout.svelte';

const without = <T>(list: readonly T[], gone: readonly T[]): T[] => list.filter((one) => !gone.includes(one));

/** Noise is what the user does not want to hear or see: muted sources have no count, hidden ones are left out of all messages. */
export class Noise {
  /** The timeline of all shows hidden sources too, until the page is loaded again. */
  showing = $state(false);

  readonly #muted: ReadonlySet<number> = $derived.by(() => new Set(this.stored.muted));
  readonly #hidden: ReadonlySet<number> = $derived.by(() => new Set(this.stored.hidden));

  constructor(readonly stored: Pick<Layout, 'muted' | 'hidden' | 'views'> = layout) {}

  isMuted(id: number): boolean {
    return this.#muted.has(id);
  }

  isHidden(id: number): boolean {
    return this.#hidden.has(id);
  }

  /** How many messages of a source are waiting to be seen; none if it is muted. */
  unread(source: Pick<Source, 'id' | 'unread'>): number {
    return this.isMuted(source.id) ? 0 : source.unread;
  }

  mute(ids: readonly number[], on: boolean): void {
    this.stored.muted = [...without(this.stored.muted, ids), ...(on ? ids : [])];
  }

  hide(ids: readonly number[], on: boolean): void {
    this.stored.hidden = [...without(this.stored.hidden, ids), ...(on ? ids : [])];
  }

  /** The sources that the timeline of all leaves out at the moment. */
  leftOut(sources: readonly Source[]): Source[] {
    return this.showing ? [] : sources.filter((s) => this.isHidden(s.id));
  }

  /** Keeps a source and a filter under a name. A view with that name is replaced. */
  keep(view: KeptView): void {
    this.stored.views = [...this.stored.views.filter((v) => v.name !== view.name), view];
  }

  drop(name: string): void {
    this.stored.views = this.stored.views.filter((v) => v.name !== name);
  }
}

export const noise = new Noise();
