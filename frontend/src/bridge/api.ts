/** The HTTP API, one function for each request. Browsers and the window use the same origin. */
import { advice, join, words, type Said } from '../lib/sentence.svelte';
import { m } from '../paraglide/messages';
import type { ChannelDraft, EditableSettings, FeedDraft, PublishDraft, SourceName, StateQuery } from './own';
import type {
  Attempt,
  Bookmark,
  Client,
  ExportProgress,
  Feed,
  FeedCheck,
  FeedThen,
  Histogram,
  Message,
  Page,
  Position,
  Published,
  PublishedEntry,
  RemovedSource,
  SavedFeed,
  Settings,
  Source,
  State,
} from './types';

/** An ApiError is a refused or failed request: a code that never changes, a sentence, and what to do about it. */
export class ApiError extends Error {
  readonly hint: string;
  /** The words of this page, which follow the language. */
  readonly #own: { sentence?: () => string; advice?: () => string } = {};

  constructor(
    readonly code: string,
    message: string | (() => string),
    hint: string | (() => string) = '',
    readonly field = '',
    readonly status = 0,
    /** The part of the field that is wrong, in characters; null if all of it is. */
    readonly place: { offset: number; length: number } | null = null,
    /** The code and the parameters of the sentence, if the server sent it. */
    readonly said: Pick<Said, 'text' | 'params'> = {},
  ) {
    super(typeof message === 'string' ? message : message());
    this.name = 'ApiError';
    this.hint = typeof hint === 'string' ? hint : hint();
    if (typeof message === 'function') this.#own.sentence = message;
    if (typeof hint === 'function') this.#own.advice = hint;
  }

  /** The sentence in the shown language. */
  get sentence(): string {
    return this.#own.sentence?.() ?? words({ ...this.#known, message: this.message });
  }

  /** The hint in the shown language; '' if there is none. */
  get advice(): string {
    return this.#own.advice?.() ?? advice({ ...this.#known, hint: this.hint });
  }

  /** The sentence and the hint in the shown language. */
  get words(): string {
    return join([this.sentence, this.advice]);
  }

  // An error of this page is in no catalogue.
  get #known(): Said {
    return this.status > 0 ? { code: this.code, ...this.said } : {};
  }
}

/** Turns whatever was thrown into an ApiError, so that a screen always has a sentence to show. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError('unexpected', thrown instanceof Error ? thrown.message : String(thrown));
}

interface Options {
  method?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** After this many milliseconds the request is abandoned, so that no spinner turns for ever. */
  timeout?: number;
}

async function send(path: string, { method = 'GET', body, signal, timeout = 15_000 }: Options): Promise<Response> {
  const deadline = AbortSignal.timeout(timeout);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      headers: body === undefined ? undefined : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (thrown) {
    if (signal?.aborted) throw thrown;
    if (deadline.aborted) throw new ApiError('timeout', m.common_timeout, m.common_timeout_hint);
    throw new ApiError('unreachable', m.common_unreachable, m.common_unreachable_hint);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<ApiError> {
  return refusalOf(response.status, response.statusText, await response.text().catch(() => ''));
}

/** The error that a response with this status and body reports. */
export function refusalOf(status: number, statusText: string, body: string): ApiError {
  try {
    const { code, message, hint, field, offset, length, text, params } = JSON.parse(body).error;
    const place = offset === undefined ? null : { offset, length };
    return new ApiError(code, message, hint, field, status, place, { text, params });
  } catch {
    const answered = `${status} ${statusText}`.trim();
    return new ApiError('status', () => m.common_status({ status: answered }), '', '', status);
  }
}

async function json<T>(path: string, options: Options = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError('bad_answer', m.common_bad_answer, m.common_bad_answer_hint);
  }
}

const post = <T>(path: string, body?: unknown) => json<T>(path, { method: 'POST', body: body ?? {} });
const put = <T>(path: string, body: unknown) => json<T>(path, { method: 'PUT', body });
const remove = <T>(path: string) => json<T>(path, { method: 'DELETE' });
const part = encodeURIComponent;

/** The parameters of a page of history. */
export interface PageQuery {
  after?: Position;
  before?: Position;
  at?: string;
  limit?: number;
  q?: string;
  preview?: number;
  /** 1 for what the filter matched in each message. */
  hits?: 1;
  /** Only events of this type; a * at the end stands for anything. */
  type?: string;
  /** Paths of fields whose values the messages are to have. */
  field?: readonly string[];
  /** Names of sources that are left out. */
  without?: readonly string[];
}

/** The parameters of a histogram. */
export interface HistogramQuery extends Pick<PageQuery, 'after' | 'before' | 'q' | 'without'> {
  from: string;
  to: string;
  buckets: number;
  by: 'type' | 'source';
}

function searchOf(query: PageQuery | HistogramQuery): URLSearchParams {
  const search = new URLSearchParams();
  // The times in a filter are those of the reader's clock.
  if (query.q) search.set('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  for (const [key, value] of Object.entries(query)) {
    if (Array.isArray(value)) for (const one of value) search.append(key, one);
    else if (value !== undefined && value !== '') search.set(key, String(value));
  }
  return search;
}

const pagePath = (source: string | null, query: PageQuery): string =>
  `${source === null ? '/messages' : `/sources/${part(source)}/messages`}?${searchOf(query)}`;

export const api = {
  bell: (seen: string | undefined, signal: AbortSignal) =>
    // The server answers after 20 s in any case.
    json<{ bell: string; epoch: string }>(`/api/bell${seen ? `?seen=${part(seen)}` : ''}`, { signal, timeout: 30_000 }),
  state: ({ since, sparks, bars }: StateQuery, signal?: AbortSignal) => {
    const search = new URLSearchParams({ since });
    for (const name of sparks) search.append('spark', name);
    for (const name of bars) search.append('bars', name);
    return json<State>(`/api/state?${search}`, { signal });
  },

  /** A page of the messages of one source, or of all sources if source is null. */
  page: (source: string | null, query: PageQuery, signal?: AbortSignal) =>
    json<Page>(pagePath(source, query), { signal, timeout: 30_000 }),
  /** One message: whole, or with at most `preview` bytes of its data. */
  message: (position: Position, signal?: AbortSignal, preview?: number) =>
    json<Message>(`/messages/${part(position)}${preview ? `?preview=${preview}` : ''}`, { signal }),
  /** Where a filter matched in the whole data of a message. */
  hits: async (position: Position, q: string, signal?: AbortSignal) =>
    (await json<Message>(`/messages/${part(position)}?${searchOf({ q, hits: 1, preview: 1 })}`, { signal })).hits
      ?.data ?? [],
  /** The whole data of a message as text. */
  data: async (position: Position, signal?: AbortSignal) =>
    (await send(`/messages/${part(position)}?data=1`, { signal, timeout: 30_000 })).text(),
  frame: async (position: Position, signal?: AbortSignal) =>
    (await send(`/messages/${part(position)}?raw=1`, { signal, timeout: 30_000 })).text(),

  /** How far an export is, by the id that it was asked for with. */
  exportProgress: (id: string) => json<ExportProgress>(`/exports/${part(id)}`),
  cancelExport: (id: string) => remove<void>(`/exports/${part(id)}`),
  /** Counts the messages that a filter selects, from the newest back, for a limited time. */
  histogram: (query: URLSearchParams, signal?: AbortSignal) =>
    json<Histogram>(`/histogram?${query}`, { signal, timeout: 30_000 }),
  /** How many messages of one source, or of all, were received in each of a row of stretches of time. */
  counts: (source: string | null, query: HistogramQuery, signal?: AbortSignal) => {
    const search = searchOf(query);
    if (source !== null) search.set('source', source);
    return api.histogram(search, signal);
  },

  /** A page of bookmarks, in the order of their messages. */
  bookmarks: (query: { after: Position; limit: number }, signal?: AbortSignal) =>
    json<{ bookmarks: Bookmark[]; more: boolean; to?: Position }>(
      `/api/bookmarks?after=${part(query.after)}&limit=${query.limit}`,
      { signal },
    ),
  bookmark: (position: Position, comment: string) => put<Bookmark>(`/api/bookmarks/${part(position)}`, { comment }),
  removeBookmark: (position: Position) => remove<void>(`/api/bookmarks/${part(position)}`),
  restoreBookmark: (position: Position) => post<Bookmark>(`/api/bookmarks/${part(position)}/restore`),

  publish: (channel: string, draft: PublishDraft) =>
    json<Published>(`/channels/${part(channel)}/messages`, { method: 'POST', body: draft, timeout: 30_000 }),
  published: () => json<{ published: PublishedEntry[] }>('/api/published').then((a) => a.published),

  signIn: (token: string) => post<void>('/api/session', { token }),
  signOut: () => remove<void>('/api/session'),

  createChannel: (draft: ChannelDraft) => post<Source>('/api/channels', draft),
  updateChannel: (name: string, draft: ChannelDraft) => put<Source>(`/api/channels/${part(name)}`, draft),
  removeChannel: (name: string) => remove<void>(`/api/channels/${part(name)}`),

  createFeed: (draft: FeedDraft) => post<SavedFeed>('/api/feeds', draft),
  feed: (name: string) => json<Feed>(`/api/feeds/${part(name)}`),
  updateFeed: (name: string, draft: FeedDraft) => put<SavedFeed>(`/api/feeds/${part(name)}`, draft),
  removeFeed: (name: string) => remove<void>(`/api/feeds/${part(name)}`),
  pauseFeed: (name: string) => post<void>(`/api/feeds/${part(name)}/pause`),
  resumeFeed: (name: string) => post<void>(`/api/feeds/${part(name)}/resume`),
  reconnectFeed: (name: string) => post<void>(`/api/feeds/${part(name)}/reconnect`),
  reconnectAll: () => post<void>('/api/reconnect'),
  checkFeed: (draft: FeedDraft, signal?: AbortSignal) =>
    json<FeedCheck>('/api/feeds/check', { method: 'POST', body: draft, signal }),
  attempts: (name: string, limit = 50, signal?: AbortSignal) =>
    json<{ attempts: Attempt[] }>(`/api/feeds/${part(name)}/attempts?limit=${limit}`, { signal }).then(
      (a) => a.attempts,
    ),

  /** How the feeds were connected at a time. */
  moment: (at: string, signal?: AbortSignal) =>
    json<{ feeds: FeedThen[] }>(`/api/moment?at=${part(at)}`, { signal }).then((a) => a.feeds),

  removed: () => json<{ removed: RemovedSource[] }>('/api/removed').then((a) => a.removed),
  restore: (source: Pick<Source, 'id' | 'name'>) =>
    post<Source>(`/api/sources/${part(source.name)}/restore`, { id: source.id }),
  seen: (name: string) => post<void>(`/api/sources/${part(name)}/seen`),
  seenAll: () => post<void>('/api/seen'),

  clients: (signal?: AbortSignal) => json<{ clients: Client[] }>('/api/clients', { signal }).then((a) => a.clients),
  disconnect: (id: number) => remove<void>(`/api/clients/${id}`),

  forgetRefused: (origin: string) => remove<void>(`/api/refused?origin=${part(origin)}`),

  settings: (signal?: AbortSignal) => json<Settings>('/api/settings', { signal }),
  saveSettings: (change: Partial<EditableSettings>) => put<Settings>('/api/settings', change),
  startSamples: () => post<void>('/api/samples'),
  stopSamples: () => remove<void>('/api/samples'),
  removeSamples: () => remove<{ removed: SourceName[] }>('/api/samples?remove=1').then((a) => a.removed),

  window: () => json<Record<string, unknown>>('/api/window'),
  /** Stores these members of the layout, and keeps the others. */
  saveWindow: (change: object) => json<void>('/api/window', { method: 'PATCH', body: change }),
};
