import { everything, firstPlace, linkTo, readLink, type LinkFault, type Pane, type Place } from '../lib/link';

/** The screens, as links name them. */
export const SCREENS = ['timeline', 'health', 'bookmarks'] as const;
export type ScreenName = (typeof SCREENS)[number];

/** One side of a split view. A view that is not split is the first. */
export type Half = 'first' | 'second';

/** What a Navigation needs of a browser's window; tests replace it. */
export interface AddressBar {
  location: Pick<Location, 'hash'>;
  history: Pick<History, 'pushState' | 'replaceState' | 'back' | 'forward'>;
  addEventListener(type: 'popstate' | 'hashchange', listener: () => void): void;
  removeEventListener(type: 'popstate' | 'hashchange', listener: () => void): void;
}

/**
 * Navigation knows the place of this tab, which is in the fragment of its address: so Back, Forward
 * and reload work, tabs are independent, and an address can be sent to somebody.
 */
export class Navigation {
  #place = $state.raw<Place>(firstPlace);
  /** What is wrong with the link that was opened; null if nothing is. */
  fault = $state.raw<LinkFault | null>(null);
  /**
   * Incremented when the place changes by a link, Back, Forward or a command, so that the timelines
   * show it. What they report themselves (a typed filter, a selection) does not count.
   */
  visits = $state(0);
  /** The place was stored when the program last ran, and nobody has gone anywhere since. */
  restored = $state(false);
  /** The half that the user worked in last. */
  #half = $state<Half>('first');

  readonly screen = $derived(this.#place.screen as ScreenName);
  readonly source = $derived(this.#place.source);
  readonly q = $derived(this.#place.q);
  readonly at = $derived(this.#place.at);
  readonly message = $derived(this.#place.message);
  readonly second = $derived(this.#place.second);
  /** The half in which links and commands show something. */
  readonly half = $derived<Half>(this.second ? this.#half : 'first');
  /** What that half shows. */
  readonly active = $derived<Pane>(this.pane(this.half)!);
  /** The fragment of the address of this place. */
  readonly link = $derived(linkTo(this.#place));

  /** The address said nothing when the page was loaded, and nobody has gone anywhere since. */
  #unset = true;

  constructor(readonly bar: AddressBar = window) {}

  /** Takes the place from the address, and follows it. The returned function stops that. */
  start(): () => void {
    const read = () => this.#read();
    if (readLink(this.bar.location.hash, SCREENS) !== null) this.#read();
    this.bar.addEventListener('popstate', read);
    this.bar.addEventListener('hashchange', read);
    return () => {
      this.bar.removeEventListener('popstate', read);
      this.bar.removeEventListener('hashchange', read);
    };
  }

  /** Returns to the link that was stored when the program last ran, unless the address has another. */
  restore(link: unknown): void {
    if (!this.#unset) return;
    const place = typeof link === 'string' ? readLink(link, SCREENS) : null;
    if (place && !('part' in place)) this.#place = place;
    this.#arrive();
    this.restored = true;
    this.bar.history.replaceState(null, '', this.link);
  }

  /** Shows all messages, without a step for Back: the source of a restored place is gone. */
  forsake(): void {
    this.#place = firstPlace;
    this.#arrive();
    this.bar.history.replaceState(null, '', this.link);
  }

  /** Goes elsewhere. Back returns. */
  go(change: Partial<Place>): void {
    const before = this.link;
    const faulty = this.fault !== null;
    this.#place = { ...this.#place, ...change };
    this.#arrive();
    if (this.link !== before || faulty) this.bar.history.pushState(null, '', this.link);
  }

  /** What a half shows; null for the second half of a view that is not split. */
  pane(half: Half): Pane | null {
    return half === 'first' ? this.#place : this.#place.second;
  }

  /** The user works in this half now. */
  activate(half: Half): void {
    this.#half = half;
  }

  /** Shows something else in the active half. Back returns. */
  move(change: Partial<Pane>): void {
    const { second } = this.#place;
    this.go({ screen: 'timeline', ...(this.half === 'second' ? { second: { ...second!, ...change } } : change) });
  }

  /** Shows a source, or all, at its newest messages. If it was shown before the screen changed, it is shown as it was. */
  open(source: number | null, q?: string): void {
    const shown = this.screen !== 'timeline' && q === undefined && source === this.active.source;
    this.move(shown ? {} : { ...everything, source, q: q ?? '' });
  }

  /** Adds a second half, which begins as a copy of the first, and is the active one. */
  split(): void {
    const { source, q } = this.#place;
    this.#half = 'second';
    this.go({ second: { ...everything, source, q } });
  }

  /** Closes a half of a split view. The other half stays as it is. */
  close(half: Half): void {
    const { second } = this.#place;
    if (!second) return;
    this.go(half === 'first' ? { ...second, second: null } : { second: null });
  }

  /** Records what a timeline did by itself, without a step for Back. */
  note(change: Partial<Pane>, half: Half = 'first'): void {
    if (half === 'second' && !this.second) return;
    const place = this.#place;
    const next =
      half === 'first' ? { ...place, ...change } : { ...place, second: { ...(place.second ?? everything), ...change } };
    if (linkTo(next) === this.link) return;
    this.#place = next;
    this.#unset = false;
    this.bar.history.replaceState(null, '', this.link);
  }

  back(): void {
    this.bar.history.back();
  }

  forward(): void {
    this.bar.history.forward();
  }

  /** The whole address of a timeline, to be copied. `url` is the address of the server: the window's own means nothing elsewhere. */
  address(url: string, pane: Partial<Pane>): string {
    return `${url.replace(/\/$/, '')}/${linkTo({ ...firstPlace, ...pane })}`;
  }

  #read(): void {
    const found = readLink(this.bar.location.hash, SCREENS) ?? firstPlace;
    if (!('part' in found) && linkTo(found) === this.link && !this.fault && !this.#unset) return;
    if ('part' in found) {
      this.#arrive();
      this.fault = found;
      return;
    }
    this.#place = found;
    this.#arrive();
  }

  #arrive(): void {
    this.#unset = false;
    this.restored = false;
    this.fault = null;
    this.visits++;
  }
}

export const place = new Navigation();
