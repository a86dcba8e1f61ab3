import { createContext } from 'svelte';
import { api } from '../bridge/api';
import { clock } from '../lib/clock.svelte';
import type { Pane as PanePlace } from '../lib/link';
import { Chart } from './chart.svelte';
import { Comparison } from './comparison.svelte';
import { Histogram } from './histogram.svelte';
import { Inspector } from './inspector.svelte';
import type { Half, Navigation } from './place.svelte';
import { createTimeline, type Timeline } from './timeline.svelte';

const key = ({ source, q, at, message }: PanePlace): string => JSON.stringify([source, q, at, message]);

/** A Pane is a timeline and the part of the place that it shows. */
export class Pane {
  readonly timeline = createTimeline();
  readonly histogram = new Histogram(api, () => clock.now);
  /** The timeline shows its place, so that what it does from now on changes the place. */
  arrived = $state(false);
  #shown = '';
  #arrivals = 0;

  /** What the timeline shows, without its source. */
  readonly now = $derived.by<Omit<PanePlace, 'source'>>(() => {
    const { q, selected, standing } = this.timeline;
    return {
      q,
      message: selected?.position ?? '',
      at: standing.is === 'following' ? '' : (standing.time ?? ''),
    };
  });

  /** Shows a place, unless the timeline shows it already. `name` is the name of its source; null for all. */
  async arrive(at: PanePlace, name: string | null): Promise<void> {
    if (key(at) === this.#shown) {
      if (name !== null) this.timeline.sourceRenamed(name);
      return this.timeline.sourceReturned();
    }
    this.#shown = key(at);
    this.arrived = false;
    const arrival = ++this.#arrivals;
    await this.timeline.open(name, at.q, { time: at.at, position: at.message });
    if (arrival === this.#arrivals) this.arrived = true;
  }

  /** The place was changed to what the timeline shows. */
  noted(at: PanePlace): void {
    this.#shown = key(at);
  }
}

/**
 * Panes are the timelines on the screen, one or two side by side, and the inspector for the active
 * one. They outlive the screen, so that a look at another screen loses nothing.
 */
export class Panes {
  readonly inspector = new Inspector();
  readonly comparison = new Comparison();
  readonly chart = new Chart();
  list = $state.raw<readonly Pane[]>([new Pane()]);
  readonly active = $derived.by(() => this.list[this.place.half === 'second' ? 1 : 0] ?? this.list[0]);
  readonly split = $derived(this.list.length > 1);

  constructor(readonly place: Navigation) {}

  /** The timeline that the keys, the commands and the inspector are for. */
  get timeline(): Timeline {
    return this.active.timeline;
  }

  /** Takes from the place how many panes there are. */
  sync(): void {
    const split = this.place.second !== null;
    if (split === this.split) return;
    this.list = split ? [this.list[0], new Pane()] : [this.list[0]];
  }

  half(pane: Pane): Half {
    return pane === this.list[1] ? 'second' : 'first';
  }

  activate(pane: Pane): void {
    this.place.activate(this.half(pane));
  }

  /** The other pane of a split view becomes the active one. */
  switch(): void {
    if (this.split) this.place.activate(this.place.half === 'first' ? 'second' : 'first');
  }

  /** Closes a pane of a split view. The other stays as it is. */
  close(pane: Pane): void {
    if (!this.split) return;
    const half = this.half(pane);
    this.list = this.list.filter((p) => p !== pane);
    this.place.close(half);
  }
}

/** The panes of the page, for the components inside App. */
export const [getPanes, setPanes] = createContext<Panes>();

/** The timeline of a pane, for the components inside it. */
export const [getTimeline, setTimeline] = createContext<Timeline>();
