import { api, toApiError } from '../bridge/api';

/** The smallest, largest and usual width of a pane, in pixels. */
export const SIDEBAR = { least: 180, usual: 248, most: 420 };
export const INSPECTOR = { least: 280, usual: 372, most: 900 };

const clamp = (n: unknown, { least, usual, most }: typeof SIDEBAR) =>
  typeof n === 'number' && Number.isFinite(n) ? Math.round(Math.min(most, Math.max(least, n))) : usual;

/** Layout is the arrangement of the window. The server stores it, so every browser gets the same. */
export class Layout {
  sidebar = $state(SIDEBAR.usual);
  inspector = $state(INSPECTOR.usual);
  inspectorOpen = $state(true);
  composerOpen = $state(true);
  /** The link to the last place of any tab, for a start without a link. */
  place = $state('');
  /** The colours that are shown, for the window's first frame at the next start. */
  look = $state<'dark' | 'light' | undefined>();
  /** Whether the stored layout has been read. Nothing is saved before that. */
  ready = $state(false);

  readonly #snapshot = $derived<Record<string, unknown>>({
    sidebar: this.sidebar,
    inspector: this.inspector,
    inspector_open: this.inspectorOpen,
    composer_open: this.composerOpen,
    place: this.place,
    look: this.look,
  });
  /** The texts of the members as they are stored. */
  #saved: Record<string, string> = {};
  #timer: ReturnType<typeof setTimeout> | undefined;

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

  /**
   * Saves what was changed half a second after the last change, and only that: another tab may have
   * stored the rest. Call it from an effect: it reads the layout, so the effect runs at every change.
   */
  keep(): void {
    const now = this.#snapshot;
    clearTimeout(this.#timer);
    const changed = Object.entries(texts(now)).filter(([name, text]) => this.#saved[name] !== text);
    if (!this.ready || changed.length === 0) return;
    this.#timer = setTimeout(() => {
      const before = this.#saved;
      this.#saved = { ...before, ...Object.fromEntries(changed) };
      this.calls
        .saveWindow(Object.fromEntries(changed.map(([name]) => [name, now[name]])))
        .catch(() => (this.#saved = before));
    }, 500);
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
    if (typeof was.composer_open === 'boolean') this.composerOpen = was.composer_open;
    if (typeof was.place === 'string') this.place = was.place;
  }
}

const texts = (members: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)]));

export const layout = new Layout();
