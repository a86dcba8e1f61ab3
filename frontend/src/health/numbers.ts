import type { Health } from '../bridge/types';
import { pausedByUser } from '../lib/health';
import { count, duration, micros, percent, perSecond } from '../lib/format';

const NONE = '—';

/** The numbers of a feed's card, in the order in which they are read. */
export function cardNumbers(health: Health, now: number): [name: string, value: string][] {
  const connected = health.state === 'open' || health.state === 'quiet';
  const numbers: [string, string][] = [
    ['Up', percent(health.up)],
    ['Reconnects', count(health.reconnects)],
    ['Connect p50', health.connect_p50_us > 0 ? micros(health.connect_p50_us) : NONE],
    ['Rate', connected ? `${perSecond(health.rate)}/s` : NONE],
  ];
  if (connected)
    numbers.push(['Longest silence', health.longest_silence_ms > 0 ? seconds(health.longest_silence_ms) : NONE]);
  else if (!pausedByUser(health)) numbers.push(['Down for', seconds(Math.max(0, now - downSince(health)))]);
  return numbers;
}

// A feed that goes back and forth between waiting and connecting has been down since the last byte came.
function downSince(health: Health): number {
  return Date.parse(health.last_byte ?? health.since);
}

const seconds = (ms: number) => (ms < 1000 ? duration(ms) : duration(Math.floor(ms / 1000) * 1000));

/** What is told of a feed when its card is opened. */
export function storyFacts(health: Health): [name: string, value: string][] {
  const facts: [string, string][] = [];
  if (health.heartbeat_ms > 0) facts.push(['Heartbeat', seconds(health.heartbeat_ms)]);
  if (health.rhythm_ms > 0) facts.push(['Usual silence up to', seconds(health.rhythm_ms)]);
  facts.push(['Reconnection time', duration(health.retry_ms)], ['Messages', count(health.messages)]);
  if (health.last_event_id) facts.push(['Resumes after id', health.last_event_id]);
  return facts;
}
