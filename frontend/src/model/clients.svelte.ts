import { api, toApiError } from '../bridge/api';
import type { Client } from '../bridge/types';

/** The requests that the list of clients needs. */
export type ClientsApi = Pick<typeof api, 'clients' | 'disconnect'>;

/** How often the list is asked for while somebody looks at it, in milliseconds. */
const PERIOD = 1000;

/**
 * The ClientsModel is who is connected to the local server. It asks while somebody watches, one
 * request at a time, and a second after the last answer.
 */
export class ClientsModel {
  /** null until the first answer. */
  list = $state.raw<Client[] | null>(null);
  fault = $state('');
  /** Those being cut off right now. */
  leaving = $state.raw<ReadonlySet<number>>(new Set());

  #api: ClientsApi;

  constructor(requests: ClientsApi = api) {
    this.#api = requests;
  }

  /** Keeps the list fresh until the returned function is called. While it is not visible nothing is asked. */
  watch(visible: () => boolean = () => true): () => void {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const round = async () => {
      if (visible()) await this.load();
      if (!over) timer = setTimeout(round, PERIOD);
    };
    void round();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }

  async load(): Promise<void> {
    try {
      const list = await this.#api.clients();
      this.list = list.toSorted((a, b) => a.id - b.id);
      this.fault = '';
    } catch (thrown) {
      // The old list stays, with the words beside it that it is old.
      this.fault = toApiError(thrown).words;
    }
  }

  /** Cuts one off. It may connect again: EventSource does by itself. */
  async disconnect(id: number): Promise<void> {
    this.leaving = new Set([...this.leaving, id]);
    try {
      await this.#api.disconnect(id);
      this.list = this.list?.filter((c) => c.id !== id) ?? null;
    } catch (thrown) {
      const error = toApiError(thrown);
      // It left by itself in the meantime.
      if (error.code !== 'not_found') throw error;
      this.list = this.list?.filter((c) => c.id !== id) ?? null;
    } finally {
      this.leaving = new Set([...this.leaving].filter((x) => x !== id));
    }
  }
}
