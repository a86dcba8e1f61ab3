import type { Gaps, Health, Source } from '../bridge/types';
import { pausedByUser } from './health';

/** How a feed stands, the worst first. */
export const STANDINGS = ['failed', 'waiting', 'silent', 'paused', 'gaps', 'fine'] as const;
export type Standing = (typeof STANDINGS)[number];

/** A wait of this long is trouble, even if the server asked for it, in milliseconds. */
const LONG_WAIT = 10_000;

type Judged = Pick<Source, 'gaps'> & { health?: Health };

/**
 * How a feed stands. A reconnection that has not failed yet is none of the troubles: many servers
 * close a stream now and then, and the feed is back in seconds.
 */
export function standing({ health, gaps }: Judged): Standing {
  switch (health?.state) {
    case 'stopped':
      return pausedByUser(health) ? 'paused' : 'failed';
    case 'waiting':
      if (health.attempt > 0 || longWait(health)) return 'waiting';
      break;
    case 'connecting':
      if (health.attempt > 1) return 'waiting';
      break;
    case 'quiet':
      return 'silent';
  }
  return gaps ? 'gaps' : 'fine';
}

function longWait({ since, retry_at }: Health): boolean {
  return retry_at !== undefined && Date.parse(retry_at) - Date.parse(since) > LONG_WAIT;
}

/** Whether somebody should look at the feed: it is not connected although it should be, or it is silent. */
export const inTrouble = (source: Judged): boolean => STANDINGS.indexOf(standing(source)) < STANDINGS.indexOf('paused');

const seriousness = (gaps: Gaps | undefined) => (!gaps ? 0 : gaps.missing > 0 ? 3 : gaps.unknown > 0 ? 2 : 1);

/** A number that is smaller for a feed that comes first: by its standing, and for an open one by what is missing. */
export const rank = (feed: Judged): number => STANDINGS.indexOf(standing(feed)) * 4 - seriousness(feed.gaps);

let collator: Intl.Collator | undefined;

/** Feeds, the worst first, and those that stand alike by name. */
export function worstFirst<T extends Judged & Pick<Source, 'name'>>(feeds: readonly T[]): T[] {
  collator ??= new Intl.Collator(undefined, { numeric: true });
  const { compare } = collator;
  return feeds
    .map((feed) => ({ feed, rank: rank(feed) }))
    .sort((a, b) => a.rank - b.rank || compare(a.feed.name, b.feed.name))
    .map(({ feed }) => feed);
}
