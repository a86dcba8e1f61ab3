import type { Client } from '../bridge/types';
import type { Pace } from '../model/clients.svelte';
import { m } from '../paraglide/messages';
import type { MessagePart } from '../paraglide/runtime';

/** How a client keeps up, as a text whose word for trouble stands in bold. */
export function lagParts(client: Pick<Client, 'behind'>, pace: Pace): MessagePart[] {
  const lag = m.health_client_lags({ count: client.behind });
  if (pace === 'stalled') return m.health_client_stalled.parts({ lag });
  if (pace === 'slow') return m.health_client_slow.parts({ lag });
  return [{ type: 'text', value: client.behind === 0 ? m.health_client_even() : lag }];
}

/** What a client follows: its sources and event types. */
export function sourceWords(client: Pick<Client, 'sources' | 'types'>): string {
  const sources = client.sources.length ? client.sources.join(', ') : m.health_client_all();
  return client.types?.length ? m.health_client_only({ sources, types: client.types.join(', ') }) : sources;
}

/** How all clients keep up, in sentences. */
export function clientsWords(paces: readonly Pace[]): string[] {
  const of = (pace: Pace) => paces.filter((p) => p === pace).length;
  const [stalled, slow] = [of('stalled'), of('slow')];
  if (stalled + slow === 0) return paces.length ? [m.health_clients_fine({ count: paces.length })] : [];
  const words = [m.health_clients_behind({ total: String(paces.length), fine: String(of('even')) })];
  if (stalled) words.push(m.health_clients_stalled({ count: stalled }));
  if (slow) words.push(m.health_clients_slow({ count: slow }));
  return words;
}
