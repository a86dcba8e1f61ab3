import { api, toApiError } from '../bridge/api';
import type { Client } from '../bridge/types';
import { Loader } from './loader.svelte';

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
  /** The clients that are being disconnected. */
  leaving = $state.raw<ReadonlySet<number>>(new Set());

  readonly #loader = new Loader();
  #api: ClientsApi;

  constructor(requests: ClientsApi = api) {
    this.#api = requests;
  }

  /** Why the list could not be loaded. The old one stays. */
  get fault(): string {
    return this.#loader.fault?.words ?? '';
  }

  /** Keeps the list up to date until the returned function is called. It asks for nothing while the page is hidden. */
  watch(): () => void {
    return this.#loader.repeat(PERIOD, this.#api.clients, this.#take);
  }

  async load(): Promise<void> {
    await this.#loader.run(this.#api.clients, this.#take);
  }

  #take = (list: Client[]): void => {
    this.list = list.toSorted((a, b) => a.id - b.id);
  };

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
