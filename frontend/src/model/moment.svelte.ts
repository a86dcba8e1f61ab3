import { api } from '../bridge/api';
import type { FeedThen } from '../bridge/types';
import { Loader } from './loader.svelte';

/** A Moment knows how the feeds were connected at a time that the user travelled to. */
export class Moment {
  /** null until it is known. */
  feeds = $state.raw<readonly FeedThen[] | null>(null);
  #at = '';
  readonly #loader = new Loader();

  constructor(readonly calls: Pick<typeof api, 'moment'> = api) {}

  /** Why it is not known. */
  get fault(): string {
    return this.#loader.fault?.words ?? '';
  }

  /** Shows this time; '' for none. */
  show(at: string): void {
    if (at === this.#at) return;
    this.#at = at;
    this.feeds = null;
    this.#loader.reset();
    if (at === '') return;
    void this.#loader.run(
      (signal) => this.calls.moment(at, signal),
      (feeds) => (this.feeds = feeds),
      { retry: true },
    );
  }
}

/** Those that were not connected first. */
export const ORDER = ['waiting', 'connecting', 'stopped', 'quiet', 'open'] as const;

/** Feeds, the worst first, and those alike in their order. */
export const worstFirst = (feeds: readonly FeedThen[]): FeedThen[] =>
  feeds.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
