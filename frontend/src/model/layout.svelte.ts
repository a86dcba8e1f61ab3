import { api } from '../bridge/api';

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
  view = $state<'timeline' | 'health'>('timeline');
  /** The source whose timeline is shown; null for all. */
  source = $state<string | null>(null);
  /** Whether the stored layout has been read. Nothing is saved before that. */
  ready = $state(false);

  readonly #snapshot = $derived(
    JSON.stringify({
      sidebar: this.sidebar,
      inspector: this.inspector,
      inspector_open: this.inspectorOpen,
      composer_open: this.composerOpen,
      view: this.view,
      source: this.source,
    }),
  );
  #went = false;
  #saved = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly calls: Pick<typeof api, 'window' | 'saveWindow'> = api) {}

  async load(): Promise<void> {
    try {
      this.#take(await this.calls.window());
    } catch {
      // The default layout is used. The change poller reports an unreachable server.
    }
    this.#saved = this.#snapshot;
    this.ready = true;
  }

  /** Saves the layout half a second after its last change. Call it from an effect: it reads `#snapshot`, so the effect runs at every change. */
  keep(): void {
    const now = this.#snapshot;
    clearTimeout(this.#timer);
    if (!this.ready || now === this.#saved) return;
    this.#timer = setTimeout(() => {
      this.#saved = now;
      this.calls.saveWindow(JSON.parse(now)).catch(() => (this.#saved = ''));
    }, 500);
  }

  /** Shows another screen or source. A choice that is made before the stored layout has been read takes precedence over it. */
  go(view: Layout['view'], source: string | null = this.source): void {
    this.#went = true;
    this.view = view;
    this.source = source;
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
    if (this.#went) return;
    if (was.view === 'timeline' || was.view === 'health') this.view = was.view;
    if (was.source === null || typeof was.source === 'string') this.source = was.source;
  }
}

export const layout = new Layout();
