import { api, toApiError } from '../bridge/api';
import { stepsOf } from '../lib/field';
import { ORDERS, type Order } from '../lib/sourcetree';
import { readDraft, readDrafts, sameDraft, storable, storableDraft, type Draft, type PastDraft } from './drafts';
import { SPANS } from '../lib/tally';

/** The smallest, largest and usual width of a pane, in pixels. */
export const SIDEBAR = { least: 180, usual: 248, most: 420 };
export const INSPECTOR = { least: 280, usual: 372, most: 900 };

const clamp = (n: unknown, { least, usual, most }: typeof SIDEBAR) =>
  typeof n === 'number' && Number.isFinite(n) ? Math.round(Math.min(most, Math.max(least, n))) : usual;

/** What all tabs share at once. */
const SHARED = ['order', 'folds', 'muted', 'hidden', 'views', 'filters'];

/** What a timeline shows: all messages, a feed or a channel. */
export type ShownKind = 'all' | 'feed' | 'channel';

/** A Column shows one field of each message. */
export interface Column {
  /** "$.items[0].sku" */
  path: string;
  /** In pixels. */
  width: number;
}

/** A KeptView is a source, or all, with a filter and the columns, kept under a name. */
export interface KeptView {
  name: string;
  source: number | null;
  q: string;
  /** Left out in views of older versions: those of the source then. */
  columns?: readonly Column[];
}

/** Layout is the arrangement of the window. The server stores it, so every browser gets the same. */
export class Layout {
  sidebar = $state(SIDEBAR.usual);
  inspector = $state(INSPECTOR.usual);
  inspectorOpen = $state(true);
  /** Whether the publish form is open, below each kind. Below a feed it is in the way of most. */
  #composer = $state.raw<Readonly<Record<ShownKind, boolean>>>({ all: false, feed: false, channel: true });
  /** What the timeline in use shows. The form sets it. */
  shownKind = $state<ShownKind>('all');
  /** The link to the last place of any tab, for a start without a link. */
  place = $state('');
  /** The colours that are shown, for the window's first frame at the next start. */
  look = $state<'dark' | 'light' | undefined>();
  /** How the sidebar orders sources, and the groups that the user folded or unfolded. */
  order = $state<Order>('name');
  folds = $state.raw<Readonly<Record<string, boolean>>>({});
  /** The ids of sources without a count of unseen messages, and of those that the timeline of all leaves out. */
  muted = $state.raw<readonly number[]>([]);
  hidden = $state.raw<readonly number[]>([]);
  views = $state.raw<readonly KeptView[]>([]);
  /** The filters that were used, the newest first. */
  filters = $state.raw<readonly string[]>([]);
  /** The columns of the list of each source, by its id, and of "all". */
  columns = $state.raw<Readonly<Record<string, readonly Column[]>>>({});
  /** Whether the shape of a source's messages is watched, by its id, where the user has chosen. */
  shapes = $state.raw<Readonly<Record<string, boolean>>>({});
  /** What the picture above the messages counts by, and how much time it shows; 0 for what suits the list. */
  histogram = $state.raw<{ by: 'type' | 'source'; span: number }>({ by: 'type', span: 0 });
  /** Drafts of the publish form that were replaced, the newest first. */
  drafts = $state.raw<PastDraft[]>([]);
  /** What the publish form holds. */
  draft = $state.raw<Draft | null>(null);
  /** What it held when the window was last closed. */
  left: Draft | null = null;
  /** Whether the stored layout has been read. Nothing is saved before that. */
  ready = $state(false);

  readonly #snapshot = $derived<Record<string, unknown>>({
    sidebar: this.sidebar,
    inspector: this.inspector,
    inspector_open: this.inspectorOpen,
    composer: this.#composer,
    place: this.place,
    look: this.look,
    order: this.order,
    folds: this.folds,
    muted: this.muted,
    hidden: this.hidden,
    views: this.views,
    filters: this.filters,
    columns: this.columns,
    shapes: this.shapes,
    histogram: this.histogram,
    drafts: storable(this.drafts),
    draft: storableDraft(this.draft),
  });
  /** The texts of the members as they are stored. */
  #saved: Record<string, string> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #others: Pick<BroadcastChannel, 'postMessage'> | null = null;

  constructor(readonly calls: Pick<typeof api, 'window' | 'saveWindow'> = api) {}

  async load(): Promise<void> {
    try {
      this.#take(await this.calls.window());
    } catch (thrown) {
      // Before signing in there is none. After other errors the default layout is used; the change
      // poller reports an unreachable server.
      if (toApiError(thrown).status === 401) return;
    }
    this.#saved = texts(this.#snapshot);
    this.ready = true;
  }

  /** Reads again what other tabs may have changed: everything but the place and the widths. */
  async refresh(): Promise<void> {
    if (!this.ready || this.#timer !== undefined) return;
    try {
      const stored = await this.calls.window();
      if (this.#timer !== undefined) return;
      this.#takeShared(stored);
      const { order, folds, muted, hidden, views, filters, columns, shapes } = texts(this.#snapshot);
      this.#saved = { ...this.#saved, order, folds, muted, hidden, views, filters, columns, shapes };
    } catch {
      // The change poller reports an unreachable server.
    }
  }

  /**
   * Saves what was changed half a second after the last change, and only that: another tab may have
   * stored the rest. Call it from an effect: it reads the layout, so the effect runs at every change.
   */
  keep(): void {
    const now = this.#snapshot;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = Object.entries(texts(now)).filter(([name, text]) => this.#saved[name] !== text);
    if (!this.ready || changed.length === 0) return;
    const shared = changed.filter(([name]) => SHARED.includes(name));
    if (shared.length > 0) this.#others?.postMessage(Object.fromEntries(shared));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const before = this.#saved;
      this.#saved = { ...before, ...Object.fromEntries(changed) };
      this.calls
        .saveWindow(Object.fromEntries(changed.map(([name]) => [name, now[name]])))
        .catch(() => (this.#saved = before));
    }, 500);
  }

  /** Tells the other tabs of this browser what they share, and hears it from them. The returned function ends it. */
  share(others: BroadcastChannel = new BroadcastChannel('signalbox.layout')): () => void {
    this.#others = others;
    others.onmessage = ({ data }: MessageEvent<Record<string, string>>) => {
      if (!this.ready || !isObject(data)) return;
      // The tab that changed it saves it.
      this.#saved = { ...this.#saved, ...data };
      const members = Object.entries(data).map(([name, text]) => [name, JSON.parse(text)]);
      this.#takeShared({ ...this.#snapshot, ...Object.fromEntries(members) });
    };
    return () => {
      this.#others = null;
      others.close();
    };
  }

  /** Whether the publish form is open below what is shown. */
  get composerOpen(): boolean {
    return this.#composer[this.shownKind];
  }
  set composerOpen(open: boolean) {
    this.#composer = { ...this.#composer, [this.shownKind]: open };
  }

  resizeSidebar(width: number): void {
    this.sidebar = clamp(width, SIDEBAR);
  }

  resizeInspector(width: number): void {
    this.inspector = clamp(width, INSPECTOR);
  }

  #take(was: Record<string, unknown>): void {
    this.sidebar = clamp(was.sidebar, SIDEBAR);
    this.inspector = clamp(was.inspector, INSPECTOR);
    if (typeof was.inspector_open === 'boolean') this.inspectorOpen = was.inspector_open;
    if (isObject(was.composer)) {
      const { all, feed, channel } = was.composer;
      this.#composer = { all: all === true, feed: feed === true, channel: channel !== false };
    }
    if (isObject(was.histogram)) {
      const { by, span } = was.histogram;
      this.histogram = { by: by === 'source' ? 'source' : 'type', span: SPANS.find((s) => s === span) ?? 0 };
    }
    if (typeof was.place === 'string') this.place = was.place;
    const past = readDrafts(was.drafts).filter((d) => !this.drafts.some((own) => sameDraft(own, d)));
    this.drafts = [...this.drafts, ...past];
    this.left = readDraft(was.draft);
    this.#takeShared(was);
  }

  #takeShared(was: Record<string, unknown>): void {
    this.order = ORDERS.find((o) => o === was.order) ?? 'name';
    this.folds = isObject(was.folds)
      ? (Object.fromEntries(Object.entries(was.folds).filter(([, f]) => typeof f === 'boolean')) as typeof this.folds)
      : {};
    this.muted = idsOf(was.muted);
    this.hidden = idsOf(was.hidden);
    this.views = Array.isArray(was.views) ? was.views.filter(isView) : [];
    this.filters = Array.isArray(was.filters) ? was.filters.filter((q) => typeof q === 'string') : [];
    this.shapes = isObject(was.shapes)
      ? (Object.fromEntries(
          Object.entries(was.shapes).filter(([, on]) => typeof on === 'boolean'),
        ) as typeof this.shapes)
      : {};
    this.columns = isObject(was.columns)
      ? Object.fromEntries(Object.entries(was.columns).map(([of, list]) => [of, columnsOf(list)]))
      : {};
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isId = (value: unknown): value is number => Number.isSafeInteger(value);
const idsOf = (value: unknown): number[] => (Array.isArray(value) ? value.filter(isId) : []);
const isColumn = (value: unknown): value is Column =>
  isObject(value) && typeof value.path === 'string' && stepsOf(value.path) !== null && typeof value.width === 'number';
const columnsOf = (value: unknown): Column[] => (Array.isArray(value) ? value.filter(isColumn) : []);
const isView = (value: unknown): value is KeptView =>
  isObject(value) &&
  typeof value.name === 'string' &&
  typeof value.q === 'string' &&
  (value.source === null || isId(value.source)) &&
  (value.columns === undefined || (Array.isArray(value.columns) && value.columns.every(isColumn)));

const texts = (members: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)]));

export const layout = new Layout();
