import { api, toApiError, type ApiError, type PageQuery } from '../bridge/api';
import type { Message, Page, Position } from '../bridge/types';
import { isNumber, numbersIn } from '../lib/field';
import { numberOf, sameHistory, withNumber } from '../lib/position';
import { sleep } from '../lib/visibility';
import { timeIn, type Stamp } from '../lib/stamp';

/** So many messages are read before the user is asked whether to go on. */
const ENOUGH = 20_000;
const PAGE = 2000;
/** A chart that is behind by more positions than this begins anew at the end. */
const FAR = 100_000;
/** The shortest time between two requests for new messages, in milliseconds. */
const PAUSE = 500;
/** A page of history answers with so many fields. */
const MOST_FIELDS = 19;

/** What a chart can show: a numeric field, or how late the messages arrived. */
export interface Series {
  /** The path of the field; '' for the delay. */
  path: string;
  /** One for each point; null where the message has no such number. */
  values: (number | null)[];
  /** As they were sent. */
  raws: (string | null)[];
}

export type ChartState =
  | { is: 'reading' }
  | { is: 'stopped' }
  /** All of history was read. */
  | { is: 'whole' }
  | { is: 'failed'; error: ApiError };

/** What is charted: messages of one source and type that match a filter, from a position back. */
interface Subject {
  source: string;
  type: string;
  q: string;
  /** The first position that is too new. */
  before: Position;
}

/** Chart reads numeric fields of the messages of one source and type from history, page by page, backwards. */
export class Chart {
  state = $state.raw<ChartState>({ is: 'whole' });
  /** Of each point, the oldest first. */
  times = $state.raw<number[]>([]);
  positions = $state.raw<Position[]>([]);
  series = $state.raw<Series[]>([]);
  /** The paths that the user wants to see, by source and type. */
  #chosen = $state.raw<Readonly<Record<string, readonly string[]>>>({});

  #subject: Subject | null = null;
  #key = $state('');
  #stamp: string | null = null;
  #abort = new AbortController();
  /** The last position that was read. */
  #to: Position = '';
  #head: Position = '';
  /** So many points there are at most: new ones push out the oldest. */
  #most = ENOUGH;
  #following: AbortController | null = null;

  constructor(readonly calls: Pick<typeof api, 'page'> = api) {}

  /** The series that are shown. */
  readonly shown = $derived.by(() => {
    const chosen = this.#chosen[this.#key];
    if (chosen) return this.series.filter((s) => chosen.includes(s.path));
    // A number with decimals is rather a quantity than a name.
    const usual = this.series.find((s) => s.raws.some((raw) => raw?.includes('.'))) ?? this.series[0];
    return usual ? [usual] : [];
  });

  /** Charts the messages that are like this one. Nothing is read again if they are charted already. */
  show(message: Message, q: string, before: Position, stamp: Stamp | null): void {
    const { source, event: type = '' } = message;
    const key = JSON.stringify([source, type]);
    const paths = [...numbersIn(message.data ?? '').keys()].slice(0, MOST_FIELDS - 1);
    const known =
      paths.every((path) => this.series.some((s) => s.path === path)) && this.#stamp === (stamp?.path ?? null);
    if (key === this.#key && this.#subject?.q === q && known && this.positions.includes(message.position)) return;
    this.#subject = { source, type, q, before };
    this.#stamp = stamp?.path ?? null;
    const more = (this.#chosen[key] ?? []).filter((path) => path !== '' && !paths.includes(path));
    this.#key = key;
    this.series = [...paths, ...more, ...(stamp ? [''] : [])].map((path) => ({ path, values: [], raws: [] }));
    this.times = [];
    this.positions = [];
    this.#following?.abort();
    this.#following = null;
    this.#to = withNumber(before, numberOf(before) - 1);
    void this.further();
  }

  /** The journal has grown up to a position: what is charted grows with it. */
  advance(head: Position): void {
    this.#head = head;
    if (this.#following || !this.#behind) return;
    const { signal } = (this.#following = new AbortController());
    void this.#follow(signal).finally(() => {
      if (!signal.aborted) this.#following = null;
    });
  }

  get #behind(): boolean {
    return this.#subject !== null && sameHistory(this.#head, this.#to) && numberOf(this.#head) > numberOf(this.#to);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      while (this.#behind) {
        await this.#newer(signal);
        await sleep(PAUSE, signal);
        signal.throwIfAborted();
      }
    } catch {
      // The next message tries again. An unreachable server is reported elsewhere.
    }
  }

  /** Adds what is new at the end. */
  async #newer(signal: AbortSignal): Promise<void> {
    const far = numberOf(this.#head) - numberOf(this.#to) > FAR;
    const page = await this.#read(far ? {} : { after: this.#to }, signal);
    const found = this.#found(page);
    this.#to = page.to;
    if (far) {
      this.#abort.abort();
      this.#subject = { ...this.#subject!, before: page.from };
      this.#put([], found, 0);
      if (page.more) this.state = { is: 'stopped' };
      return;
    }
    if (found.length === 0) return;
    const drop = Math.max(0, this.times.length + found.length - this.#most);
    this.#put([], found, Math.max(0, this.times.length - drop));
    if (drop === 0 || this.state.is === 'reading') return;
    this.#subject = { ...this.#subject!, before: this.positions[0] };
    this.state = { is: 'stopped' };
  }

  /** Shows or hides a series. */
  choose(path: string, on: boolean): void {
    const now = this.shown.map((s) => s.path).filter((p) => p !== path);
    this.#chosen = { ...this.#chosen, [this.#key]: on ? [...now, path] : now };
  }

  /** Shows only this field when a message of this source and type is charted. */
  chooseOnly(message: Message, path: string): void {
    this.#chosen = { ...this.#chosen, [JSON.stringify([message.source, message.event ?? ''])]: [path] };
  }

  /** Reads on, backwards. */
  async further(): Promise<void> {
    this.#abort.abort();
    const { signal } = (this.#abort = new AbortController());
    const until = this.times.length + ENOUGH;
    this.#most = until;
    try {
      this.state = { is: 'reading' };
      while (this.times.length < until) {
        if (!(await this.#page(signal))) {
          this.state = { is: 'whole' };
          return;
        }
      }
      this.state = { is: 'stopped' };
    } catch (thrown) {
      if (!signal.aborted) this.state = { is: 'failed', error: toApiError(thrown) };
    }
  }

  /** It is no longer shown. */
  leave(): void {
    this.#following?.abort();
    this.#following = null;
    this.stop();
  }

  stop(): void {
    if (this.state.is !== 'reading') return;
    this.#abort.abort();
    this.state = { is: 'stopped' };
  }

  /** Adds one page at the beginning; false if there is no more. */
  async #page(signal: AbortSignal): Promise<boolean> {
    const page = await this.#read({ before: this.#subject!.before }, signal);
    this.#put(this.#found(page), [], this.times.length);
    this.#subject = { ...this.#subject!, before: page.from };
    return page.more;
  }

  async #read(range: Pick<PageQuery, 'before' | 'after'>, signal: AbortSignal): Promise<Page> {
    const { source, type, q } = this.#subject!;
    const field = this.series.map((s) => s.path || this.#stamp!);
    const page = await this.calls.page(source, { type, q, ...range, field, limit: PAGE, preview: 1 }, signal);
    signal.throwIfAborted();
    return page;
  }

  #found = (page: Page): Message[] => page.messages.filter((m) => m.event === this.#subject!.type);

  /** Keeps so many of the newest points, between what is older and what is newer. */
  #put(older: readonly Message[], newer: readonly Message[], keep: number): void {
    const from = this.times.length - keep;
    const joined = <T>(of: (m: Message) => T, now: readonly T[]): T[] => [
      ...older.map(of),
      ...now.slice(from),
      ...newer.map(of),
    ];
    this.times = joined((m) => Date.parse(m.received), this.times);
    this.positions = joined((m) => m.position, this.positions);
    this.series = this.series.map(({ path, values, raws }) => ({
      path,
      values: joined((m) => this.#value(m, path).value, values),
      raws: joined((m) => this.#value(m, path).raw, raws),
    }));
  }

  #value(message: Message, path: string): { value: number | null; raw: string | null } {
    const raw = message.fields?.[path || this.#stamp!] ?? null;
    if (raw === null) return { value: null, raw };
    if (path !== '') return { value: isNumber(raw) ? Number(raw) : null, raw: isNumber(raw) ? raw : null };
    const sent = timeIn(raw);
    const late = sent === null ? null : Date.parse(message.received) - sent;
    return { value: late, raw: late === null ? null : String(late) };
  }
}

/** The value in the middle, and the highest; null if there are none. */
export function summary(values: readonly (number | null)[]): { median: number; highest: number } | null {
  const sorted = Float64Array.from(values.filter((v) => v !== null)).sort();
  if (sorted.length === 0) return null;
  return { median: sorted[Math.floor((sorted.length - 1) / 2)], highest: sorted[sorted.length - 1] };
}
