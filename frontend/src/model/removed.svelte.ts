import { api } from '../bridge/api';
import type { RemovedSource } from '../bridge/types';
import { m } from '../paraglide/messages';
import { Loader } from './loader.svelte';
import { toasts, type Toasts } from './toasts.svelte';

/** Removed lists the sources that were removed and can be restored. */
export class Removed {
  /** null until the first response. */
  list = $state.raw<RemovedSource[] | null>(null);
  /** The ids of the sources that are being restored. */
  restoring = $state.raw<readonly number[]>([]);
  readonly #loader = new Loader();

  constructor(
    readonly calls: Pick<typeof api, 'removed' | 'restore'> = api,
    readonly notices: Pick<Toasts, 'add' | 'fail'> = toasts,
  ) {}

  get fault() {
    return this.#loader.fault;
  }

  load(): Promise<boolean> {
    return this.#loader.run(this.calls.removed, (list) => (this.list = list));
  }

  /** Restores a source, and returns whether it is there again. */
  async restore(source: RemovedSource): Promise<boolean> {
    if (this.restoring.includes(source.id)) return false;
    let done = false;
    this.restoring = [...this.restoring, source.id];
    try {
      await this.calls.restore(source);
      done = true;
      this.notices.add(m.notices_restored({ name: source.name }), { tone: 'good' });
    } catch (error) {
      this.notices.fail(error);
    } finally {
      this.restoring = this.restoring.filter((id) => id !== source.id);
    }
    await this.load();
    return done;
  }
}
