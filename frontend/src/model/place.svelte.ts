import { everything, firstPlace, linkTo, readLink, type LinkFault, type Pane, type Place } from '../lib/link';

/** The screens, as links name them. */
export const SCREENS = ['timeline', 'health'] as const;
export type ScreenName = (typeof SCREENS)[number];

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

  readonly screen = $derived(this.#place.screen as ScreenName);
  readonly source = $derived(this.#place.source);
  readonly q = $derived(this.#place.q);
  readonly at = $derived(this.#place.at);
  readonly message = $derived(this.#place.message);
  readonly second = $derived(this.#place.second);
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

  /** Shows a source, or all, at its newest messages. If it was shown before the screen changed, it is shown as it was. */
  open(source: number | null, q?: string): void {
    const { screen, second } = this.#place;
    if (screen !== 'timeline' && q === undefined && source === this.source) this.go({ screen: 'timeline' });
    else this.go({ ...everything, screen: 'timeline', source, q: q ?? '', second: second && { ...second } });
  }

  /** Records what a timeline did by itself, without a step for Back. */
  note(change: Partial<Pane>, half: 'first' | 'second' = 'first'): void {
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
    this.fault = null;
    this.visits++;
  }
}

export const place = new Navigation();
