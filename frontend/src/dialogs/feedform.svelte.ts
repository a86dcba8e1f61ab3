import { spoken, type Faults } from '../lib/spoken';
import { sentence } from '../lib/sentence.svelte';
import { api, toApiError } from '../bridge/api';
import type { FeedDraft } from '../bridge/own';
import type { Feed, FeedCheck, SavedFeed, Secrets, Source } from '../bridge/types';
import { m } from '../paraglide/messages';
import { KeepForm } from './keepform.svelte';

/** A row of the form: one header of the request. */
export interface HeaderRow {
  key: number;
  name: string;
  value: string;
  secret: boolean;
  /** The secret value is stored, and stays unless it is replaced. */
  kept: boolean;
}

/** The requests of the form; tests replace them. */
export type FeedFormApi = Pick<typeof api, 'feed' | 'createFeed' | 'updateFeed' | 'checkFeed'>;

/** The FeedForm holds the fields for adding or changing a feed. */
export class FeedForm {
  url = $state('');
  /** The typed name; null while it is suggested by the address. */
  typedName = $state<string | null>(null);
  colour = $state(1);
  method = $state<'GET' | 'POST'>('GET');
  body = $state('');
  headers = $state<HeaderRow[]>([]);
  auth = $state<'' | 'bearer' | 'basic'>('');
  user = $state('');
  token = $state('');
  password = $state('');
  tokenStored = $state(false);
  passwordStored = $state(false);
  ca = $state('');
  certificate = $state('');
  proxy = $state<'environment' | 'direct' | 'url'>('environment');
  proxyURL = $state('');
  /** Messages a second; null for all. */
  maxRate = $state<number | null>(null);
  /** The path of the time in the data; empty for the usual names. */
  timePath = $state('');
  keep = $state.raw(new KeepForm());
  paused = false;

  loading = $state(false);
  /** Why the settings of the feed could not be loaded; there is no form then. */
  loadFault = $state('');
  saving = $state(false);
  /** The error of each field; under '' the error that belongs to none. */
  readonly errors = $derived.by(() => spoken(this.#faults));
  #faults = $state.raw<Faults>({});
  checking = $state(false);
  checked = $state.raw<{ of: string; result?: FeedCheck; fault?: string } | null>(null);

  #api: FeedFormApi;
  #taken: string[] = [];
  #key = 1;
  #id: number | undefined;
  #initial = $state.raw('');
  #stop: AbortController | null = null;

  constructor(
    /** The name of the feed to edit; undefined for a new one. */
    readonly editing: string | undefined,
    sources: Pick<Source, 'name' | 'colour'>[],
    requests: FeedFormApi = api,
  ) {
    this.#api = requests;
    this.#taken = sources.map((s) => s.name);
    this.colour = leastUsed(sources);
    this.#initial = this.#fingerprint;
  }

  readonly name = $derived(this.typedName ?? suggestName(this.url, this.#taken));
  readonly #fingerprint = $derived(JSON.stringify(this.draft()));
  readonly dirty = $derived(this.#fingerprint !== this.#initial);
  /** The result of the test; null if the form has changed since. */
  readonly result = $derived(this.checked?.of === this.#fingerprint ? this.checked : null);
  /** A field under "More" is wrong. */
  readonly errorInMore = $derived(
    Object.keys(this.#faults).some((f) => !['', 'url', 'name', 'colour'].includes(f)) || this.keep.wrong,
  );

  /** Loads the settings of the feed that is edited. */
  async load(): Promise<void> {
    if (this.editing === undefined) return;
    this.loading = true;
    this.loadFault = '';
    try {
      this.#fill(await this.#api.feed(this.editing));
      this.#initial = this.#fingerprint;
    } catch (thrown) {
      this.loadFault = toApiError(thrown).words;
    } finally {
      this.loading = false;
    }
  }

  #fill(feed: Feed): void {
    const kept = feed.has_secrets ?? [];
    this.#id = feed.id;
    this.url = feed.url;
    this.typedName = feed.name;
    this.colour = feed.colour;
    this.method = feed.method === 'POST' ? 'POST' : 'GET';
    this.body = feed.body ?? '';
    this.headers = (feed.headers ?? []).map((h) => ({
      key: this.#key++,
      name: h.name,
      value: h.value ?? '',
      secret: h.secret ?? false,
      kept: h.secret ?? false,
    }));
    this.auth = feed.auth ?? '';
    this.user = feed.user ?? '';
    this.tokenStored = kept.includes('token');
    this.passwordStored = kept.includes('password');
    this.ca = feed.ca ?? '';
    this.certificate = feed.certificate ?? '';
    this.proxy = !feed.proxy ? 'environment' : feed.proxy === 'direct' ? 'direct' : 'url';
    this.proxyURL = this.proxy === 'url' ? feed.proxy! : '';
    this.maxRate = feed.max_rate || null;
    this.timePath = feed.time_path ?? '';
    this.keep = new KeepForm(feed.keep);
    this.paused = feed.paused;
  }

  addHeader(): void {
    this.headers.push({ key: this.#key++, name: '', value: '', secret: false, kept: false });
  }

  removeHeader(key: number): void {
    this.headers = this.headers.filter((h) => h.key !== key);
  }

  /** The feed as it would be sent. */
  draft(): FeedDraft {
    const rows = this.headers.filter((h) => h.name.trim() !== '' || h.value !== '');
    const draft: FeedDraft = {
      name: this.name,
      colour: this.colour,
      url: withScheme(this.url),
      method: this.method,
      headers: rows.map((h) =>
        h.secret ? { name: h.name.trim(), secret: true } : { name: h.name.trim(), value: h.value },
      ),
      auth: this.auth,
      ca: this.ca.trim(),
      certificate: this.certificate.trim(),
      proxy: this.proxy === 'url' ? this.proxyURL.trim() : this.proxy === 'direct' ? 'direct' : '',
      max_rate: this.maxRate ?? 0,
      time_path: this.timePath.trim(),
      paused: this.paused,
    };
    if (!this.keep.empty) draft.keep = this.keep.value;
    if (this.method === 'POST') draft.body = this.body;
    if (this.auth === 'basic') draft.user = this.user;
    if (this.#id !== undefined) draft.id = this.#id;
    const secrets = this.#secrets(rows);
    if (secrets) draft.secrets = secrets;
    return draft;
  }

  // Only typed secrets are sent. Stored ones are left out.
  #secrets(rows: HeaderRow[]): Secrets | undefined {
    const secrets: Secrets = {};
    if (this.auth === 'bearer' && !this.tokenStored) secrets.token = this.token;
    if (this.auth === 'basic' && !this.passwordStored) secrets.password = this.password;
    const headers = rows.filter((h) => h.secret && !h.kept).map((h) => [h.name.trim(), h.value]);
    if (headers.length > 0) secrets.headers = Object.fromEntries(headers);
    return Object.keys(secrets).length > 0 ? secrets : undefined;
  }

  /** Tries the feed once, without storing anything. */
  async check(): Promise<void> {
    if (!this.#validate()) return;
    this.cancelCheck();
    const stop = (this.#stop = new AbortController());
    const of = this.#fingerprint;
    this.checking = true;
    this.checked = null;
    try {
      const result = await this.#api.checkFeed(this.draft(), stop.signal);
      if (result.field) this.#showError(result.field, () => sentence(result));
      this.checked = { of: this.#fingerprint === of ? of : '', result };
    } catch (thrown) {
      if (stop.signal.aborted) return;
      if (!this.#refuse(thrown)) this.checked = { of, fault: toApiError(thrown).words };
    } finally {
      if (this.#stop === stop) this.checking = false;
    }
  }

  cancelCheck(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.checking = false;
  }

  /** Saves the feed. Returns its source, or null if a field is wrong. */
  async save(): Promise<SavedFeed | null> {
    // Without the stored settings the form is empty: saving it would overwrite them.
    if (this.saving || this.loading || this.loadFault || !this.#validate()) return null;
    this.saving = true;
    try {
      const draft = this.draft();
      return await (this.editing === undefined
        ? this.#api.createFeed(draft)
        : this.#api.updateFeed(this.editing, draft));
    } catch (thrown) {
      if (!this.#refuse(thrown)) {
        const error = toApiError(thrown);
        this.#faults = { '': () => error.words };
      }
      return null;
    } finally {
      this.saving = false;
    }
  }

  #validate(): boolean {
    const errors: Faults = {};
    if (this.url.trim() === '') errors.url = m.dialogs_feed_no_address;
    if (this.url.trim() !== '' && this.name.trim() === '') errors.name = m.dialogs_feed_no_name;
    if (this.proxy === 'url' && this.proxyURL.trim() === '') errors.proxy = m.dialogs_feed_no_proxy;
    if (this.maxRate !== null && !Number.isInteger(this.maxRate)) errors.max_rate = m.common_no_whole;
    this.#faults = errors;
    return this.keep.check() && Object.keys(errors).length === 0;
  }

  // Shows the server's error at the field that it names.
  #refuse(thrown: unknown): boolean {
    const error = toApiError(thrown);
    if (!error.field) return false;
    this.#showError(error.field, () => error.words);
    return true;
  }

  // A stored secret that is refused, for example after the address changed, must be typed again.
  #showError(of: string, words: () => string): void {
    const field = of.replace(/^secrets\./, '').replace(/[.[].*$/, '');
    if (field === 'token') this.tokenStored = false;
    if (field === 'password') this.passwordStored = false;
    if (field === 'headers') for (const row of this.headers) row.kept = false;
    if (field === 'keep') this.keep.refuse(words);
    else this.#faults = { [field]: words };
  }
}

/** Adds a scheme to an address without one: http for this machine, https otherwise. */
export function withScheme(url: string): string {
  const text = url.trim();
  if (text === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const local = /^(localhost|127\.|\[::1\]|0\.0\.0\.0)/i.test(text);
  return `${local ? 'http' : 'https'}://${text}`;
}

// Parts of a path that say nothing about the content of the stream.
const PLAIN = /^(events?|sse|streams?|v\d+|api|subscribe|messages|json|live)$/i;

/** Suggests a name for a feed: the last meaningful part of its path, or its host. */
export function suggestName(url: string, taken: string[] = []): string {
  let at: URL;
  try {
    at = new URL(withScheme(url));
  } catch {
    return '';
  }
  const parts = at.pathname
    .split('/')
    .map(decode)
    .filter((p) => p !== '' && !PLAIN.test(p));
  const name = (parts.at(-1) ?? at.host)
    .replace(/[\\\u0000-\u001f]/g, ' ')
    .trim()
    .slice(0, 96);
  if (!taken.includes(name)) return name;
  for (let n = 2; ; n++) if (!taken.includes(`${name} ${n}`)) return `${name} ${n}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('/', ' ');
  } catch {
    return part;
  }
}

/** The colour that the fewest sources have. */
export function leastUsed(sources: Pick<Source, 'colour'>[]): number {
  const used = [1, 2, 3, 4, 5, 6].map((c) => sources.filter((s) => s.colour === c).length);
  return used.indexOf(Math.min(...used)) + 1;
}
