import type { Client } from '../bridge/types';
import { count } from '../lib/format';

/** A client that is this far behind does not keep up; a few messages are only on their way. */
export const SLOW = 100;

/** How far behind a client is: "0", "12", "1,204 slow". */
export const behindWords = (behind: number): string => (behind >= SLOW ? `${count(behind)} slow` : count(behind));

/** What a client follows: its sources and the types it asked for. */
export function sourceWords(client: Pick<Client, 'sources' | 'types'>): string {
  const sources = client.sources.length ? client.sources.join(', ') : 'all';
  return client.types?.length ? `${sources}, only ${client.types.join(', ')}` : sources;
}
