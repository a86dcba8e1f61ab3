import { api } from '../bridge/api';
import { m } from '../paraglide/messages';
import { settingsModel, type SettingsModel } from './settings.svelte';
import { toasts } from './toasts.svelte';

type PagesApi = Pick<typeof api, 'forgetRefused'>;

/** Pages are the web pages of other origins that asked for the local server: refused ones, and those that the user allowed. */
export class Pages {
  constructor(
    readonly settings: SettingsModel = settingsModel,
    readonly calls: PagesApi = api,
  ) {}

  get allowed(): readonly string[] {
    return this.settings.current?.origins ?? [];
  }

  /** A flag, the environment or the configuration file decides which origins are allowed. */
  get fixed(): boolean {
    return this.settings.current?.fixed.includes('origins') ?? false;
  }

  /** Lets the pages of an origin publish and subscribe. */
  async allow(origin: string): Promise<void> {
    await this.settings.changeOrigins((allowed) => [...allowed.filter((o) => o !== origin), origin]);
    toasts.add(() => m.health_refused_allowed({ origin }), {
      tone: 'good',
      action: { label: m.health_refused_undo(), act: () => this.withdraw(origin) },
    });
  }

  /** Refuses the pages of an origin again. */
  async withdraw(origin: string): Promise<void> {
    await this.settings.changeOrigins((allowed) => allowed.filter((o) => o !== origin));
    toasts.add(() => m.health_allowed_withdrawn({ origin }));
  }

  /** Takes an origin off the list of refused pages until it asks again. */
  dismiss(origin: string): Promise<void> {
    return this.calls.forgetRefused(origin);
  }
}
