import { api, toApiError } from '../bridge/api';
import type { Client } from '../bridge/types';
import { Loader } from './loader.svelte';

/** The requests that the list of clients needs. */
export type ClientsApi = Pick<typeof api, 'clients' | 'disconnect'>;

/** A client with more messages to come than this is slow. A few are only in flight. */
export const SLOW = 100;
/** A slow client that is sent nothing for this long has stopped reading, in milliseconds. */
const STALL = 3000;

/** How a client keeps up, the worst first. */
export const PACES = ['stalled', 'slow', 'even'] as const;
export type Pace = (typeof PACES)[number];

/** The time between two requests for the list while it is visible, in milliseconds. */
const PERIOD = 1000;

/**
 * The ClientsModel lists the clients of the local server. While it is watched, it asks for the list
 * one second after each response, with one request at a time.
 */
export class ClientsModel {
  /** The worst first; null until the first response. */
  list = $state.raw<Client[] | null>(null);
  /** The clients that are being disconnected. */
  leaving = $state.raw<ReadonlySet<number>>(new Set());

  /** Of each client, how much it was sent and since when that has not changed. */
  #sent = new Map<number, { bytes: number; since: number }>();

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
    const now = Date.now();
    const before = this.#sent;
    this.#sent = new Map(
      list.map((c) => {
        const was = before.get(c.id);
        return [c.id, was?.bytes === c.bytes ? was : { bytes: c.bytes, since: now }];
      }),
    );
    const rank = new Map(list.map((c) => [c.id, PACES.indexOf(this.pace(c))]));
    this.list = list.toSorted((a, b) => rank.get(a.id)! - rank.get(b.id)! || a.id - b.id);
  };

  /** How a client of the list keeps up. */
  pace(client: Client): Pace {
    if (client.behind < SLOW) return 'even';
    const sent = this.#sent.get(client.id);
    return sent && Date.now() - sent.since >= STALL ? 'stalled' : 'slow';
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
