import { api, toApiError, type ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page, Position } from '../bridge/types';
import { wantsEvents } from '../lib/filter';
import { isTrouble, type Landmark } from '../lib/landmark';
import { isAfter, numberOf, sameHistory, withNumber } from '../lib/position';
import { append, emptySpan, holds, indexOf, spanOf } from '../lib/span';
import { sleep } from '../lib/visibility';
import { Fresh } from './fresh.svelte';
import { Loader, mayPass } from './loader.svelte';
import { MOST, PAGE, Reader, type ReaderApi } from './reader.svelte';

/**
 * The number of rows in one request while following: a few screenfuls. If more arrive between two
 * paints, nobody could have read them, and loading them all would make the screen stutter.
 */
const LIVE = 80;
/** The shortest time between two paints, in milliseconds. */
const PAINT = 50;
/** This many matches fill a screen. */
const ENOUGH = 50;
/** This many gaps and notes count as one match: every filter shows them, and a page of them is enough. */
const GAPS = PAGE / ENOUGH;

/** Why the rows are not those that were asked for. */
export type Remark = 'nothing-since' | 'not-stored' | 'other-history' | 'link-elsewhere';

/** The newest messages are shown as they arrive. */
export interface Following {
  is: 'following';
  remark?: Remark;
}
/** The rows stand still; what arrives after `fresh` is counted, and can be scrolled to. */
export interface Reading {
  is: 'reading';
  fresh: Fresh;
  /** Where a jump went. */
  time?: string;
  remark?: Remark;
}
/** The rows end at `until`; what arrives after `fresh` is only counted. */
export interface Paused {
  is: 'paused';
  fresh: Fresh;
  /** Empty until it is known where the journal ends. */
  until: Position;
  time?: string;
  remark?: Remark;
}
export type Standing = Following | Reading | Paused;
/** A search through history that has not found enough yet. */
export interface Searching {
  is: 'searching';
  direction: 'back' | 'forward';
  /** How far it has looked: a position, and when its message was received (empty if unknown). */
  looked: { to: Position; time: string } | null;
  /** The user stopped it. Nothing more is searched until the user says so. */
  stopped: boolean;
  /** Select the first message that is found. */
  select: boolean;
  /** The state in which the rows stand meanwhile, and afterwards. */
  then: Standing;
}
export type TimelineState = Standing | Searching;

/** The rows that are in view. */
export interface Sight {
  first: number;
  last: number;
  atEnd: boolean;
}

/**
 * A Timeline shows the messages of one source, or of all merged. It follows the end of the journal,
 * or stands still and counts new messages. It requests messages when it is told that the journal has
 * grown. What it skips or drops stays in the journal, and is loaded again when it is needed.
 *
 * Three requests can be in flight: one that leads elsewhere, one that extends the rows, and one that
 * follows the end. The first aborts the others.
 */
export class Timeline {
  /** The filter as typed. */
  q = $state('');
  state = $state.raw<TimelineState>({ is: 'following' });
  selected = $state.raw<Message | null>(null);
  /** Why the filter in `q` was refused. The rows are still those of the previous filter. */
  refused = $state.raw<ApiError | null>(null);

  readonly reader: Reader;
  readonly span = $derived.by(() => this.reader.span);
  readonly rows = $derived(this.span.rows);
  /** The filter that the rows match. It differs from `q` while a request is in flight, and if `q` was refused. */
  readonly appliedFilter = $derived.by(() => this.reader.filter);

  /** How the rows stand, whether or not a search is running. */
  readonly standing = $derived<Standing>(this.state.is === 'searching' ? this.state.then : this.state);
  readonly following = $derived(this.standing.is === 'following');
  readonly paused = $derived(this.standing.is === 'paused');
  readonly searching = $derived(this.state.is === 'searching' ? this.state : null);
  /** The messages that arrived since the view stopped following. */
  readonly fresh = $derived(this.standing.is === 'following' ? null : this.standing.fresh);
  /** The time that the user travelled to; '' for none. */
  readonly moment = $derived(this.standing.is === 'following' ? '' : (this.standing.time ?? ''));
  /** The last row is the last one that can be shown. */
  readonly ended = $derived(this.standing.is === 'paused' ? this.#atPause(this.standing) : this.span.end);
  /** It is known that no message matches. */
  readonly nothing = $derived(
    this.rows.length === 0 && this.span.start && this.ended && this.state.is !== 'searching' && this.span.to !== '',
  );
  /** The filter matched no event, only the gaps and notes that every filter shows. */
  readonly onlyGaps = $derived(
    this.appliedFilter !== '' &&
      this.rows.length > 0 &&
      wantsEvents(this.appliedFilter) &&
      !this.rows.some((m) => m.kind === 'event'),
  );
  readonly selectedIndex = $derived(
    this.selected && holds(this.span, this.selected.position) ? indexOf(this.span, this.selected.position) : null,
  );

  /** The rows in view, as the list last reported them. */
  sight: Sight = { first: 0, last: 0, atEnd: true };

  #head: Position = '';
  readonly #place = new Loader();
  readonly #more = new Loader();
  readonly #end = new Loader();
  readonly #fields = new Loader();

  constructor(calls: ReaderApi = api) {
    this.reader = new Reader(calls);
  }

  get source(): string | null {
    return this.reader.source;
  }
  /** Rows that the user asked for are being loaded. */
  get loading(): boolean {
    return this.#place.loading;
  }
  /** The error of the last request. It may be repeated by itself. */
  get error(): ApiError | null {
    const { fault } = this.#end;
    // The change poller reports an unreachable server.
    return this.#place.fault ?? this.#more.fault ?? (fault?.code === 'unreachable' ? null : fault);
  }
  /** The failed request will be repeated by itself. */
  get retrying(): boolean {
    return this.#place.busy || this.#more.busy || this.#end.busy;
  }

  /** Leaves these sources out where all are shown. */
  leaveOut(names: readonly string[]): void {
    const { reader } = this;
    if (names.join('\n') === reader.without.join('\n')) return;
    reader.without = names;
    if (reader.source === null && reader.generation > 0) void this.latest();
  }

  /** The rows are to have the values at these paths. */
  showFields(paths: readonly string[]): void {
    this.reader.fields = paths;
    if (paths.length === 0) return;
    void this.#fields.run(
      (signal) => this.reader.complete(signal),
      () => {},
      { retry: true },
    );
  }

  /**
   * Shows a source, or all: at the newest messages that match, or at a time or a message. A pause lasts
   * if only the time or the message is another.
   */
  async open(source: string | null, q = '', at: { time?: string; position?: Position } = {}): Promise<void> {
    this.#leave();
    const shown = source === this.source && q === this.q && this.span.to !== '' && !this.refused && !this.error;
    this.selected = null;
    // Rows of another source must not appear under this name, even if this source cannot be read.
    if (!shown) {
      this.reader.source = source;
      this.q = q;
      this.refused = null;
      this.state = { is: 'following' };
      this.reader.show(emptySpan, null, '');
    }
    if (at.position) return this.visit(at.position, at.time);
    if (at.time) return this.jump(new Date(at.time));
    return this.latest();
  }

  /** The source has another name now. */
  sourceRenamed(name: string): void {
    this.reader.source = name;
  }

  /** A source that did not exist is there again. */
  async sourceReturned(): Promise<void> {
    if (this.error?.status === 404) await this.latest();
  }

  /**
   * Shows the messages that match. The old rows stay until the response arrives. If the filter is
   * refused, they stay and continue to be updated. The selected message stays in sight if it matches,
   * and without a filter so does the place.
   */
  async filter(q: string): Promise<void> {
    const stay = this.#placeToKeep(q.trim());
    this.q = q;
    this.refused = null;
    this.#leave();
    if (stay) await this.#showAround({ after: withNumber(stay, numberOf(stay) - 1) }, { stay, time: this.moment });
    else if (this.moment) await this.#showAround({ at: this.moment }, { time: this.moment });
    else await this.#showNewest();
  }

  /** Shows the newest messages and follows them. */
  async latest(): Promise<void> {
    this.#leave();
    await this.#showNewest();
  }

  /** Scrolls to the end and follows it. Loads the end if it is not loaded. */
  async end(): Promise<void> {
    if (!this.span.end || this.paused || this.#place.busy) return this.latest();
    this.scrolled(true);
  }

  /** Shows and selects the first message that was received at a time or later. */
  async jump(time: Date): Promise<void> {
    this.#leave();
    await this.#showAround({ at: time.toISOString() }, { time: time.toISOString(), select: true });
  }

  /** Shows the messages from a number of the journal on. */
  async seek(number: number): Promise<void> {
    this.#leave();
    await this.#showAround({ after: withNumber(this.#head || this.span.to, number - 1) }, { time: this.moment });
  }

  /** Shows and selects one message, of the moment `time` if there is one. */
  async visit(position: Position, time?: string): Promise<void> {
    this.#leave();
    await this.#showAround({ after: withNumber(position, numberOf(position) - 1) }, { visit: position, time });
  }

  /** The journal has grown, or is another one: `head` is the position of its newest message. */
  advance(head: Position): void {
    if (head === '') return;
    const before = this.span.to || this.#head;
    this.#head = head;
    if (before !== '' && !sameHistory(before, head)) return this.#historyReplaced();
    const { standing } = this;
    if (standing.is !== 'following' && standing.fresh.to === '') standing.fresh.to = head;
    if (standing.is === 'paused' && standing.until === '') this.#stand({ ...standing, until: head });
    this.#catchUp();
  }

  /** The user scrolled away from the end, or back to it. */
  scrolled(atEnd: boolean): void {
    if (!atEnd && this.following) this.#stand({ is: 'reading', fresh: new Fresh(this.#lastKnown) });
    else if (atEnd && this.standing.is === 'reading' && this.span.end && !this.#place.busy)
      this.#stand({ is: 'following' });
    else return;
    this.#catchUp();
  }

  pause(): void {
    const { standing } = this;
    if (standing.is === 'paused') return;
    const fresh = standing.is === 'reading' ? standing.fresh : new Fresh(this.#lastKnown);
    const { time } = standing.is === 'reading' ? standing : {};
    this.#stand({ is: 'paused', fresh, until: this.#lastKnown, time });
  }

  /** Continues where the view was paused: the new messages appear below. */
  resume(): void {
    const { standing } = this;
    if (standing.is !== 'paused') return;
    const { fresh, time } = standing;
    const still = fresh.count === 0 && this.span.end && this.sight.atEnd;
    this.#stand(still ? { is: 'following' } : { is: 'reading', fresh, time });
    this.#catchUp();
  }

  select(message: Message | null): void {
    this.selected = message;
    // The selected row must not scroll away.
    if (message) this.scrolled(false);
  }

  /** Moves the selection by `by` rows, or selects the row at `from` if none is selected. Returns its index. */
  step(by: number, from: number): number | null {
    if (this.rows.length === 0) return null;
    const { base } = this.span;
    const at = this.selectedIndex === null ? from : this.selectedIndex + by;
    const index = Math.min(base + this.rows.length - 1, Math.max(base, at));
    this.select(this.rows[index - base]);
    return index;
  }

  /** Selects the nearest row of the same source and type, and returns its index; null if none is loaded. */
  stepSame(direction: 1 | -1): number | null {
    if (this.selectedIndex === null || this.selected?.kind !== 'event') return null;
    const { base } = this.span;
    for (let i = this.selectedIndex - base + direction; i >= 0 && i < this.rows.length; i += direction) {
      const row = this.rows[i];
      if (row.event !== this.selected.event || row.source !== this.selected.source) continue;
      this.select(row);
      return base + i;
    }
    return null;
  }

  /**
   * Finds the next or the previous landmark in all of history, from the selected row or the edge of the
   * view, and selects it. Returns its index if it is loaded, 'shown' if it was loaded for this, or null
   * if there is none. `marked` are the numbers of the marked messages, in order.
   */
  async landmark(kind: Landmark, direction: 1 | -1, marked: readonly number[] = []): Promise<number | 'shown' | null> {
    const edge = direction > 0 ? this.sight.first : this.sight.last - 1;
    const from = this.selected ?? this.rows[edge - this.span.base] ?? this.rows.at(direction > 0 ? 0 : -1);
    if (!from) return null;
    const position = await this.#landmarkFrom(from.position, kind, direction, marked);
    if (position === null) return null;
    if (!holds(this.span, position)) {
      await this.visit(position);
      return 'shown';
    }
    const index = indexOf(this.span, position);
    this.select(this.rows[index - this.span.base]);
    return index;
  }

  async #landmarkFrom(from: Position, kind: Landmark, direction: 1 | -1, marked: readonly number[]) {
    const { signal } = new AbortController();
    const filter = this.appliedFilter;
    if (kind === 'bookmark') {
      const beyond = marked.filter((n) => (n - numberOf(from)) * direction > 0);
      for (const n of direction > 0 ? beyond : beyond.toReversed()) {
        // Those that the filter or the source leaves out are no landmarks here.
        const position = withNumber(from, n);
        const page = await this.reader.fetch(
          { after: withNumber(from, n - 1), before: withNumber(from, n + 1), limit: 1 },
          signal,
        );
        if (page.messages[0]?.position === position) return position;
      }
      return null;
    }
    const q = filter ? `(${filter}) is:gap,note` : 'is:gap,note';
    for (;;) {
      const page = await this.reader.fetch({ [direction > 0 ? 'after' : 'before']: from, q, limit: 200 }, signal);
      const found = page.messages.filter((one) => (kind === 'gap' ? one.kind === 'gap' : isTrouble(one)));
      const nearest = direction > 0 ? found[0] : found.at(-1);
      if (nearest) return nearest.position;
      if (!page.more) return null;
      from = direction > 0 ? page.to : page.from;
    }
  }

  /** The list shows these rows. Loads more before an edge comes into view; `near` is how many rows that is. */
  sighted(sight: Sight, near: number): void {
    this.sight = sight;
    const { base } = this.span;
    // While following, the list shows the end.
    if (sight.first - base < near && !this.following) void this.older();
    if (base + this.rows.length - sight.last < near) void this.newer();
  }

  /** The list is no longer on screen. It will be shown at the same place again. */
  unsighted(): void {
    this.reader.startIndex = this.following ? null : this.sight.first + 1;
  }

  /** Loads the rows before the first one. */
  async older(): Promise<void> {
    if (this.span.start || !this.span.from || !this.#canExtend('back')) return;
    await this.#request(this.#more, async (signal) => {
      const page = await this.reader.older(signal);
      return () => void (page.messages.length === 0 && page.more && this.#search('back', 1));
    });
  }

  /** Loads the rows after the last one. */
  async newer(): Promise<void> {
    if (this.ended || !this.span.to || !this.#canExtend('forward')) return;
    await this.#request(this.#more, async (signal) => {
      const page = await this.reader.newer(signal, this.#limit);
      return () => {
        if (page.messages.length === 0 && page.more) this.#search('forward', 1);
        else this.#catchUp();
      };
    });
  }

  /** Continues a search that was stopped. */
  searchFurther(): void {
    const { searching } = this;
    if (searching) this.#search(searching.direction, ENOUGH, searching.select);
  }

  /** Stops the search. What was found stays. */
  stopSearch(): void {
    if (!this.searching) return;
    this.#more.stop();
    this.state = { ...this.searching, stopped: true };
  }

  /** Changes how the rows stand. A search goes on. */
  #stand(to: Standing): void {
    this.state = this.state.is === 'searching' ? { ...this.state, then: to } : to;
  }

  /** The last position that is known to be shown, or the end of the journal if the rows end before it. */
  get #lastKnown(): Position {
    return this.span.end ? this.span.to : this.#head;
  }

  /** While paused, rows from this position on are not loaded. */
  get #limit(): Position | undefined {
    const { standing } = this;
    if (standing.is !== 'paused' || standing.until === '') return undefined;
    return withNumber(standing.until, numberOf(standing.until) + 1);
  }

  #atPause({ until }: Paused): boolean {
    return until === '' ? this.span.end : !isAfter(until, this.span.to);
  }

  #canExtend(direction: Searching['direction']): boolean {
    if (this.#place.busy || this.#more.busy) return false;
    const { searching } = this;
    return searching === null || (searching.stopped && searching.direction !== direction);
  }

  /** The filter for a request: the typed one, or if that was refused, the previous one. */
  get #wanted(): string {
    return this.refused ? this.appliedFilter : this.q.trim();
  }

  /** The position that a new filter must not lose; null if the end is followed. */
  #placeToKeep(q: string): Position | null {
    if (this.following || this.rows.length === 0) return null;
    const index = this.sight.first - this.span.base;
    if (this.selectedIndex !== null) return this.selected!.position;
    return q === '' ? (this.rows[index] ?? this.rows[0]).position : null;
  }

  /** Aborts all requests, before one that leads elsewhere. */
  #leave(): void {
    this.#place.stop();
    this.#more.reset();
    this.#end.reset();
    if (this.searching) this.state = this.searching.then;
  }

  /** The rows, or the link that was opened, belong to another history than the journal. */
  #historyReplaced(byLink = false): void {
    this.#leave();
    this.selected = null;
    this.state = { is: 'following' };
    this.reader.show(emptySpan, null);
    void this.#showNewest(byLink ? 'link-elsewhere' : 'other-history');
  }

  /** Makes requests in one of the three lanes. `work` returns what to do when they have succeeded. */
  #request(lane: Loader, work: (signal: AbortSignal) => Promise<() => void>): Promise<boolean> {
    const guarded = async (signal: AbortSignal) => {
      try {
        return await work(signal);
      } catch (thrown) {
        const error = toApiError(thrown);
        if (signal.aborted) throw error;
        if (error.field === 'q' && lane === this.#place) return () => this.#filterRefused(error);
        if (error.code === 'other_epoch') return () => this.#historyReplaced(lane === this.#place);
        throw error;
      }
    };
    return lane.run(guarded, (done) => done(), { retry: true });
  }

  #filterRefused(error: ApiError): void {
    this.refused = error;
    // A source that is opened with a filter that was refused is shown without one.
    if (this.span.to === '') void this.#showNewest();
    else this.#catchUp();
  }

  async #showNewest(remark?: Remark): Promise<void> {
    const q = this.#wanted;
    await this.#request(this.#place, async (signal) => {
      const page = await this.reader.fetch({ limit: PAGE, q }, signal);
      return () => this.#took(page, q, remark);
    });
  }

  #took(page: Page, q: string, remark?: Remark): void {
    this.state = { is: 'following', remark };
    this.reader.show(spanOf(page, { start: !page.more, end: true }), null, q);
    const missing = ENOUGH - matches(q, page.messages);
    if (page.more && missing > 0) this.#search('back', missing);
    this.#catchUp();
  }

  async #showAround(
    place: PageQuery,
    want: { time?: string; select?: boolean; stay?: Position; visit?: Position },
  ): Promise<void> {
    const q = this.#wanted;
    await this.#request(this.#place, async (signal) => {
      let { page, span } = await this.reader.around(place, q, signal);
      const lost = want.stay !== undefined && q !== '' && page.messages.at(0)?.position !== want.stay;
      const back = lost && want.time;
      if (back) ({ page, span } = await this.reader.around({ at: back }, q, signal));
      const first = page.messages.at(0);
      if ((lost && !back) || (!first && !page.more)) {
        const newest = await this.reader.fetch({ limit: PAGE, q }, signal);
        const remark = want.visit ? 'not-stored' : want.time ? 'nothing-since' : undefined;
        return () => this.#took(newest, q, remark);
      }
      return () => {
        this.#standAt(page, want.time, want.visit && first?.position !== want.visit ? 'not-stored' : undefined);
        this.reader.show(span, 0, q);
        if (first && (want.select || first.position === want.visit)) this.selected = first;
        if (!first) this.#search('forward', 1, want.select);
        this.#catchUp();
      };
    });
  }

  /** The rows stand at a place that was asked for. Only what arrives from now on counts as new. */
  #standAt(page: Page, time?: string, remark?: Remark): void {
    const { standing } = this;
    const last = page.more ? this.#head : page.to;
    if (standing.is === 'paused') this.#stand({ ...standing, until: last, time, remark });
    else this.#stand({ is: 'reading', fresh: new Fresh(last), time, remark });
  }

  /** Searches until there are `wanted` more matches. The server gives each request a limited time, so one is rarely enough. */
  #search(direction: Searching['direction'], wanted: number, select = false): void {
    const then = this.standing;
    this.state = { is: 'searching', direction, looked: null, stopped: false, select, then };
    void this.#request(this.#more, async (signal) => {
      for (;;) {
        const page =
          direction === 'back' ? await this.reader.older(signal) : await this.reader.newer(signal, this.#limit);
        wanted -= matches(this.appliedFilter, page.messages);
        if (wanted <= 0 || !page.more) return () => this.#searched(page, select);
        const edge = direction === 'back' ? page.messages[0] : page.messages.at(-1);
        const { position: to, time } = page.searched_to ?? {
          position: direction === 'back' ? page.from : page.to,
          time: edge?.received ?? '',
        };
        if (this.searching) this.state = { ...this.searching, looked: { to, time } };
      }
    });
  }

  #searched(page: Page, select: boolean): void {
    if (this.searching) this.state = this.searching.then;
    const [first] = page.messages;
    if (select && first) this.select(first);
    else if (select) void this.#showNewest('nothing-since');
    this.#catchUp();
  }

  /** Whether new messages are counted rather than shown. */
  get #counting(): boolean {
    return !this.following && (this.paused || !this.span.end || this.rows.length + PAGE > MOST);
  }

  /** The last position that was loaded, or counted. */
  get #reached(): Position {
    return this.#counting ? this.fresh!.to : this.span.to;
  }

  get #behind(): boolean {
    return !this.#place.busy && this.span.to !== '' && isAfter(this.#head, this.#reached);
  }

  /** Loads or counts what has arrived, until nothing is left. */
  #catchUp(): void {
    // With as many rows as fit, the rows end before the journal does, and are loaded when they come into view.
    const full = this.standing.is === 'reading' && this.rows.length + PAGE > MOST;
    if (full && this.span.end && isAfter(this.#head, this.span.to)) this.reader.span = { ...this.span, end: false };
    if (this.#end.busy) {
      // The journal has grown, so the server can be reached again.
      if (this.#end.fault?.code === 'unreachable') this.#end.retryNow();
      return;
    }
    // What the server refused, such as for a removed source, it would refuse at every change.
    if (!this.#behind || (this.#end.fault && !mayPass(this.#end.fault))) return;
    void this.#request(this.#end, async (signal) => {
      let progress = true;
      while (progress && this.#behind) {
        const began = performance.now();
        const before = this.#reached;
        await (this.#counting ? this.#count(signal) : this.#pull(signal));
        // Without progress, wait for the next change: the same request would be repeated without end.
        progress = this.#reached !== before;
        await sleep(Math.max(0, PAINT - (performance.now() - began)), signal);
        signal.throwIfAborted();
      }
      return () => {
        // A change may have come while the loop ended.
        if (progress) this.#catchUp();
      };
    });
  }

  async #pull(signal: AbortSignal): Promise<void> {
    const { to } = this.span;
    const behind = numberOf(this.#head) - numberOf(to);
    if (this.following && this.appliedFilter === '' && behind > LIVE) return this.#skip(signal);
    const page = await this.reader.fetch({ after: to, limit: this.following ? LIVE : PAGE }, signal);
    const { standing } = this;
    if (standing.is === 'paused' || this.span.to !== to) return;
    if (standing.is === 'following' && page.more && page.messages.length >= LIVE) return this.#skip(signal);
    if (standing.is === 'reading') standing.fresh.add(page.messages, page.to);
    else if (standing.remark && page.messages.length > 0) this.#stand({ is: 'following' });
    // The next round loads what has arrived meanwhile. Until then the span counts as being at the end.
    this.reader.span = append(this.span, { ...page, more: false }, MOST);
  }

  /** Loads the newest rows. What lies between them and the old rows is skipped. */
  async #skip(signal: AbortSignal): Promise<void> {
    const page = await this.reader.fetch({ limit: LIVE }, signal);
    if (!this.following) return;
    const { to } = this.span;
    if (!sameHistory(page.to, to) || numberOf(page.from) > numberOf(to) + 1) {
      this.reader.show(spanOf(page, { start: !page.more, end: true }), null);
      return;
    }
    const messages = page.messages.filter((m) => isAfter(m.position, to));
    this.reader.span = append(this.span, { ...page, messages, more: false }, MOST);
  }

  async #count(signal: AbortSignal): Promise<void> {
    const fresh = this.fresh!;
    if (fresh.more) {
      fresh.to = this.#head;
      return;
    }
    const page = await this.reader.fetch({ after: fresh.to, limit: 2000, preview: 1 }, signal);
    fresh.add(page.messages, page.to);
  }
}

/** How many of these rows count as matches of a search. */
function matches(q: string, rows: readonly Message[]): number {
  const events = wantsEvents(q) ? rows.filter((m) => m.kind === 'event').length : rows.length;
  return events + Math.floor((rows.length - events) / GAPS);
}

/** Creates the timeline of a pane. Whoever shows it gives it to its components: see model/panes. */
export const createTimeline = (calls?: ReaderApi): Timeline => new Timeline(calls);
