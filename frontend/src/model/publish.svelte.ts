import { api, toApiError } from '../bridge/api';
import type { PublishDraft } from '../bridge/own';
import type { Published, PublishedEntry } from '../bridge/types';
import { publishCommand, type CurlServer } from '../lib/curl';
import { words } from '../lib/sentence.svelte';
import { duration } from '../lib/format';
import { m } from '../paraglide/messages';
import { isTyped, sameDraft, withDraft, type Draft, type PastDraft } from './drafts';
import { layout } from './layout.svelte';
import { toasts } from './toasts.svelte';

/** The result of the last publish. */
export interface Outcome {
  ok: boolean;
  words: string;
  /** A shorter text for narrow windows. */
  short?: string;
  position?: string;
  /** The message was stored before, and was not stored again. */
  repeated?: boolean;
  /** The form field that is wrong, and what it held. */
  field?: string;
  held?: string;
}

/** What the form is filled with. */
type Filling = Partial<Omit<Draft, 'retry'>> & { retry?: string | number | null };

/** The requests for publishing; tests replace them. */
export type PublishApi = Pick<typeof api, 'publish' | 'published' | 'message'>;

const KEY = 'signalbox.publish';
/** Longer drafts, in characters, are stored when the typing pauses. */
const LONG = 20_000;
/** A longer draft lasts only as long as the page, in characters. */
const LONGEST = 1 << 20;
const EMPTY: Draft = { channel: 'messages', event: '', id: '', retry: '', data: '' };

/**
 * The PublishModel is the publish form: its draft, the result of the last publish, and the list of
 * recent publishes, whoever made them. It sends messages one after the other, so that they keep
 * their order, and never locks the form meanwhile.
 */
export class PublishModel {
  draft = $state<Draft>({ ...EMPTY });
  outcome = $state.raw<Outcome | null>(null);
  /** How many messages were sent and have not been answered. */
  waiting = $state(0);
  recent = $state.raw<PublishedEntry[]>([]);
  recentFault = $state('');
  /** Incremented when the form should take the focus. */
  focusRequests = $state(0);

  /** What is wrong with the draft: until the next publish, or until the field that is wrong is edited. */
  readonly fault = $derived.by(() => {
    const outcome = this.outcome;
    if (!outcome || outcome.ok) return null;
    const { field, held } = outcome;
    return field && field in this.draft && this.draft[field as keyof Draft] !== held ? null : outcome;
  });

  #filling = 0;
  #remembering: ReturnType<typeof setTimeout> | undefined;
  #repeated: { channel: string; draft: PublishDraft } | null = null;
  #api: PublishApi;
  #storage: Storage | null;
  #queue: Promise<unknown> = Promise.resolve();
  #refresh: ReturnType<typeof setTimeout> | undefined;

  constructor(requests: PublishApi = api, storage: Storage | null = globalThis.sessionStorage ?? null) {
    this.#api = requests;
    this.#storage = storage;
    try {
      const kept = JSON.parse(storage?.getItem(KEY) ?? '{}');
      for (const name of Object.keys(EMPTY) as (keyof Draft)[]) {
        if (typeof kept[name] === 'string') this.draft[name] = kept[name];
      }
    } catch {
      // A stored draft that cannot be read is ignored.
    }
  }

  /**
   * Takes what the form held when the window was last closed. In a browser, where another tab may be
   * the one that holds it, it becomes an earlier draft.
   */
  arrive(left: Draft | null, inWindow: boolean): void {
    if (!left || sameDraft(left, this.draft)) return;
    if (inWindow && !isTyped(this.draft)) this.draft = { ...left };
    else layout.drafts = withDraft(layout.drafts, left, new Date().toISOString());
  }

  /**
   * Stores the draft for the lifetime of this window or tab; a long one when the typing pauses. The
   * layout stores it for the next start.
   */
  remember(): void {
    const draft = { ...this.draft };
    layout.draft = draft;
    clearTimeout(this.#remembering);
    const store = () => {
      try {
        if (draft.data.length > LONGEST) this.#storage?.removeItem(KEY);
        else this.#storage?.setItem(KEY, JSON.stringify(draft));
      } catch {
        // Too large for the storage: the draft lasts only as long as the page.
      }
    };
    if (draft.data.length < LONG) store();
    else this.#remembering = setTimeout(store, 300);
  }

  /** Fills the form. What it contained can be had back: from the toast, or from the earlier drafts. */
  fill(from: Filling): void {
    this.#filling++;
    const { retry, ...rest } = from;
    const before = { ...this.draft };
    this.draft = { ...EMPTY, channel: this.draft.channel, ...rest, retry: retry == null ? '' : String(retry) };
    this.outcome = null;
    layout.composerOpen = true;
    this.focusRequests++;
    if (sameDraft(before, this.draft)) return;
    layout.drafts = withDraft(layout.drafts, before, new Date().toISOString());
    const [past] = layout.drafts;
    if (past && sameDraft(past, before)) {
      toasts.add(m.publish_replaced, { action: { label: m.common_undo(), act: () => this.restore(past) } });
    }
  }

  /**
   * Fills the form with what is still to be loaded, and returns true. What is typed meanwhile takes
   * precedence, and so does a later request.
   */
  async fillLater(load: () => Promise<Filling>): Promise<boolean> {
    const mine = ++this.#filling;
    const before = { ...this.draft };
    const from = await load();
    if (mine !== this.#filling) return false;
    if (sameDraft(before, this.draft)) {
      this.fill(from);
      return true;
    }
    toasts.add(m.publish_typed_meanwhile, {
      action: { label: m.publish_fill_anyway(), act: () => this.fill(from) },
    });
    return false;
  }

  /** Takes back an earlier draft. The present one takes its place among the earlier ones. */
  restore(past: PastDraft): void {
    this.#filling++;
    const { at: _, ...draft } = past;
    const before = { ...this.draft };
    this.draft = { ...draft };
    this.outcome = null;
    layout.composerOpen = true;
    layout.drafts = withDraft(
      layout.drafts.filter((d) => d !== past),
      before,
      new Date().toISOString(),
    );
    this.focusRequests++;
  }

  /** Fills the form with a recent publish, as it was stored. */
  async again(entry: PublishedEntry): Promise<void> {
    const { channel, event, id } = entry;
    // A refused message was not stored. Only its type and id are known.
    if (entry.error) return this.fill({ channel, event, id });
    try {
      await this.fillLater(async () => {
        const { event, data, retry } = await this.#api.message(entry.position);
        return { channel, event, retry, data };
      });
    } catch (thrown) {
      const error = toApiError(thrown);
      this.outcome = refused(() => error.words);
    }
  }

  /** Publishes the draft. The promise settles when it was committed or refused. */
  publish(): Promise<Outcome> {
    const { channel, event, id, retry, data } = this.draft;
    const bad = held(check(this.draft), this.draft);
    if (bad) {
      this.outcome = bad;
      return Promise.resolve(bad);
    }
    return this.#enqueue(channel.trim(), body({ event, id, retry, data }), { ...this.draft });
  }

  /** Publishes the last message again, so that it is stored a second time. */
  storeAgain(): Promise<Outcome> | undefined {
    if (!this.#repeated) return;
    const { channel, draft } = this.#repeated;
    this.#repeated = null;
    this.focusRequests++; // the button disappears, and must not take the focus with it
    return this.#enqueue(channel, { ...draft, again: true });
  }

  #enqueue(channel: string, draft: PublishDraft, typed: Draft = { ...this.draft }): Promise<Outcome> {
    this.waiting++;
    const sent = this.#queue.then(() => this.#send(channel, draft, typed));
    this.#queue = sent;
    return sent;
  }

  async #send(channel: string, draft: PublishDraft, typed: Draft): Promise<Outcome> {
    let outcome: Outcome;
    try {
      outcome = reached(await this.#api.publish(channel, draft));
    } catch (thrown) {
      const error = toApiError(thrown);
      outcome = held(
        refused(() => error.words, error.field || undefined),
        typed,
      );
    }
    this.waiting--;
    this.outcome = outcome;
    this.#repeated = outcome.repeated ? { channel, draft } : null;
    this.reloadSoon(150);
    return outcome;
  }

  /** Loads the recent publishes. */
  async loadRecent(): Promise<void> {
    try {
      this.recent = await this.#api.published();
      this.recentFault = '';
    } catch (thrown) {
      this.recentFault = toApiError(thrown).sentence;
    }
  }

  /** The draft as a curl command. */
  curl(server: CurlServer): string {
    const { channel, event, id, retry, data } = this.draft;
    return publishCommand(server, channel.trim(), body({ event, id, retry, data }));
  }

  /** Loads the list again soon. Many calls within a short time make one request. */
  reloadSoon(ms = 1000): void {
    if (this.#refresh !== undefined) return;
    this.#refresh = setTimeout(() => {
      this.#refresh = undefined;
      void this.loadRecent();
    }, ms);
  }
}

/** A refusal, in the language that is shown. */
const refused = (words: () => string, field?: string): Outcome => ({
  ok: false,
  get words() {
    return words();
  },
  field,
});

/** Adds what the wrong field held. */
function held<T extends Outcome | null>(outcome: T, draft: Draft): T {
  if (outcome?.field) outcome.held = draft[outcome.field as keyof Draft];
  return outcome;
}

function check(draft: Draft): Outcome | null {
  if (draft.channel.trim() === '') return refused(() => m.publish_no_channel(), 'channel');
  if (draft.retry.trim() !== '' && !/^\d{1,9}$/.test(draft.retry.trim())) {
    return refused(() => m.publish_bad_retry(), 'retry');
  }
  return null;
}

// The data is sent as a string, even if it is JSON, so that it arrives exactly as it was typed.
function body({ event, id, retry, data }: Omit<Draft, 'channel'>): PublishDraft {
  const draft: PublishDraft = { data };
  if (event !== '') draft.event = event;
  if (id !== '') draft.id = id;
  if (/^\d+$/.test(retry.trim())) draft.retry = Number(retry);
  return draft;
}

function reached({ position, clients, repeated }: Published): Outcome {
  if (repeated) {
    return {
      ok: true,
      get words() {
        return m.publish_outcome_repeated({ position });
      },
      position,
      repeated,
    };
  }
  return {
    ok: true,
    get words() {
      return clients === 0 ? m.publish_outcome_none({ position }) : m.publish_outcome({ position, count: clients });
    },
    get short() {
      return m.publish_outcome_short({ position, count: clients });
    },
    position,
  };
}

/** A line of "Recently published" without its time. */
export function entryWords(entry: PublishedEntry): string {
  if (entry.error) return m.publish_refused({ reason: words({ ...entry, message: entry.error }) });
  const type = entry.event || 'message';
  return entry.repeated ? m.publish_stored_before({ type }) : m.publish_reached({ type, count: entry.clients });
}

/** How long ago it was published, for the tooltip. */
export const entryAge = (entry: PublishedEntry, now: number): string =>
  duration(Math.max(0, now - Date.parse(entry.at)));

export const publishModel = new PublishModel();
