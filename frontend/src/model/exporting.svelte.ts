import { api, ApiError, toApiError } from '../bridge/api';
import { canSaveFile, saveExport } from '../bridge/native';
import type { ExportProgress } from '../bridge/types';
import { numberOf } from '../lib/position';
import { m } from '../paraglide/messages';
import { toasts, type Toasts } from './toasts.svelte';

/** The forms of an export; each is also the end of the names of its files. */
export const FORMATS = ['jsonl', 'csv', 'md', 'sse'] as const;
export type ExportFormat = (typeof FORMATS)[number];

/** The columns of CSV that every message has and that an export begins with. */
export const COLUMNS: readonly string[] = [
  'position',
  'received',
  'source',
  'kind',
  'event',
  'id',
  'data',
  'missing',
  'reason',
];

/** What is exported: the messages of one source, or of all but some, that a filter selects. */
export interface Selection {
  source: string | null;
  without: readonly string[];
  q: string;
}

export type ExportState = 'choosing' | 'starting' | ExportProgress['state'];

/** The requests of an export; tests replace them. */
export interface ExportCalls extends Pick<typeof api, 'exportProgress' | 'cancelExport' | 'histogram'> {
  save: typeof saveExport;
}

/** How often the progress is asked for, and how long an export may take to begin, in milliseconds. */
const ASK = 250;
const BEGIN = 10_000;
/** This many requests count at most: each has a limited time. */
const COUNTS = 50;

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The columns that a user has typed. A path may have a comma inside brackets. */
export const columnsOf = (text: string): string[] =>
  (text.match(/(?:\[[^\]]*\]|[^,[])+/g) ?? []).map((one) => one.trim()).filter((one) => one !== '');

/** The name that a file is first given. */
export function fileName(selection: Selection, format: ExportFormat, now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return `${(selection.source ?? 'signalbox').replace(/[<>:"/\\|?*]/g, '_')}-${day}-${time}.${format}`;
}

/** An Exporting is one export: its choices, and how far it is. It goes on when its dialog is closed. */
export class Exporting {
  format = $state<ExportFormat>('jsonl');
  columns = $state('');
  state = $state<ExportState>('choosing');
  progress = $state.raw<ExportProgress | null>(null);
  /** Why it failed, in words. */
  fault = $state('');
  /** Where the window has saved it. */
  file = $state('');
  /** How many events and gaps are selected; null while nothing is known. */
  counted = $state.raw<{ count: number; more: boolean } | null>(null);
  /** Whether somebody sees how it ends. */
  watched = true;

  readonly running = $derived(this.state === 'starting' || this.state === 'running');
  /** The part of the positions that is examined, 0 to 1. */
  readonly part = $derived.by(() => {
    const p = this.progress;
    if (!p) return 0;
    const [first, last, at] = [p.first, p.last, p.position].map(numberOf);
    return last < first ? 1 : Math.min(1, Math.max(0, (at - first + 1) / (last - first + 1)));
  });

  #id = '';

  constructor(
    readonly selection: Selection,
    readonly calls: ExportCalls = { ...api, save: saveExport },
    readonly notices: Pick<Toasts, 'add'> = toasts,
  ) {}

  /** The parameters of the request, besides its form. */
  #query(): URLSearchParams {
    const { source, without, q } = this.selection;
    const query = new URLSearchParams();
    if (source !== null) query.append('source', source);
    for (const name of without) query.append('without', name);
    if (q) {
      query.set('q', q);
      // The times in a filter are those of the reader's clock.
      query.set('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
    }
    return query;
  }

  /** Counts what is selected, until all of it is counted or the signal ends it. */
  async count(signal: AbortSignal): Promise<void> {
    const query = this.#query();
    for (const [key, value] of Object.entries({
      from: '1971-01-01T00:00:00Z',
      to: '2200-01-01T00:00:00Z',
      buckets: '1',
    }))
      query.set(key, value);
    try {
      for (let i = 0; i < COUNTS; i++) {
        const answer = await this.calls.histogram(query, signal);
        const sum = [...answer.lanes.map((lane) => lane.counts), answer.other, answer.gaps]
          .map((counts) => counts.reduce((all, n, at) => (at % 2 ? all + n : all), 0))
          .reduce((all, n) => all + n, 0);
        this.counted = { count: (this.counted?.count ?? 0) + sum, more: answer.more };
        if (!answer.more) return;
        query.set('before', answer.first);
      }
    } catch {
      // The count is an extra. What is wrong with the filter, the export itself says.
      if (!signal.aborted) this.counted = null;
    }
  }

  async run(): Promise<void> {
    if (this.running) return;
    this.#id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.state = 'starting';
    this.progress = null;
    this.fault = this.file = '';
    const query = this.#query();
    query.set('format', this.format);
    query.set('id', this.#id);
    if (this.format === 'csv') {
      for (const column of columnsOf(this.columns)) query.append('column', column);
      query.set('bom', '1');
    }
    let saved: Promise<string | null>;
    let ended = false;
    try {
      saved = this.calls.save(m.export_title(), fileName(this.selection, this.format), query);
      void saved.then(
        () => (ended = true),
        () => (ended = true),
      );
      // Without a window the promise is settled at once, and only the progress says when it ends.
      if ((await Promise.race([saved, sleep(0).then(() => undefined)])) === null) await this.#watch(() => false);
      else {
        await this.#watch(() => ended);
        this.file = (await saved) ?? '';
        if (this.file === '' && this.progress === null)
          this.state = 'choosing'; // no file was chosen
        else this.state = 'complete';
      }
    } catch (thrown) {
      if ((this.state as ExportState) !== 'cancelled') {
        this.state = 'failed';
        this.fault = toApiError(thrown).words;
      }
    }
    if (!this.watched) this.#tell();
  }

  /** Follows the progress until the export ends. */
  async #watch(ended: () => boolean): Promise<void> {
    const begun = Date.now();
    for (;;) {
      await sleep(ASK);
      if (ended()) return;
      try {
        this.progress = await this.calls.exportProgress(this.#id);
        this.state = this.progress.state;
      } catch (thrown) {
        const error = toApiError(thrown);
        // The window asks for a file first, and a browser may too.
        if (error.code === 'not_found' && this.progress === null) {
          if (Date.now() - begun > BEGIN && !canSaveFile()) throw new Error(m.export_not_begun());
          continue;
        }
        throw thrown;
      }
      if (this.state === 'failed' && this.progress?.error) {
        const { code, message, hint, text, params } = this.progress.error;
        throw new ApiError(code, message, hint, '', 1, null, { text, params });
      }
      if (this.state !== 'running') return;
    }
  }

  async cancel(): Promise<void> {
    try {
      await this.calls.cancelExport(this.#id);
      this.state = 'cancelled';
    } catch (thrown) {
      this.fault = toApiError(thrown).words;
    }
  }

  #tell(): void {
    if (this.state === 'complete') this.notices.add(m.export_done_notice(), { tone: 'good' });
    else if (this.state === 'failed') this.notices.add(this.fault || m.export_failed(), { tone: 'down' });
  }
}
