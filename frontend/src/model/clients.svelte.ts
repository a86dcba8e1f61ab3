import { api, toApiError } from '../bridge/api';
import type { Client } from '../bridge/types';

/** The requests that the list of clients needs. */
export type ClientsApi = Pick<typeof api, 'clients' | 'disconnect'>;

/** The time between two requests for the list while it is visible, in milliseconds. */
const PERIOD = 1000;

/**
 * The ClientsModel lists the clients of the local server. While it is watched, it asks for the list
 * one second after each response, with one request at a time.
 */
export class ClientsModel {
  /** null until the first response. */
  list = $state.raw<Client[] | null>(null);
  fault = $state('');
  /** The clients that are being disconnected. */
  leaving = $state.raw<ReadonlySet<number>>(new Set());

  #api: ClientsApi;

  constructor(requests: ClientsApi = api) {
    this.#api = requests;
  }

  /** Keeps the list up to date until the returned function is called. It asks for nothing while `visible` is false. */
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
      // The old list stays on screen, together with the error.
      this.fault = toApiError(thrown).words;
    }
  }

  /** Disconnects a client. It may connect again: EventSource does so by itself. */
  async disconnect(id: number): Promise<void> {
    this.leaving = new Set([...this.leaving, id]);
    try {
      await this.#api.disconnect(id);
      this.list = this.list?.filter((c) => c.id !== id) ?? null;
    } catch (thrown) {
      const error = toApiError(thrown);
      // It has disconnected by itself.
      if (error.code !== 'not_found') throw error;
      this.list = this.list?.filter((c) => c.id !== id) ?? null;
    } finally {
      this.leaving = new Set([...this.leaving].filter((x) => x !== id));
    }
  }
}
