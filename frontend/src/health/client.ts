import type { Client } from '../bridge/types';
import { count } from '../lib/format';

/** A client with more messages to come than this is slow. A few are only in flight. */
export const SLOW = 100;

/** How many messages a client is behind: "0", "12", "1,204 slow". */
export const behindWords = (behind: number): string => (behind >= SLOW ? `${count(behind)} slow` : count(behind));

/** What a client follows: its sources and event types. */
export function sourceWords(client: Pick<Client, 'sources' | 'types'>): string {
  const sources = client.sources.length ? client.sources.join(', ') : 'all';
  return client.types?.length ? `${sources}, only ${client.types.join(', ')}` : sources;
}
