import type { Health, Source } from '../bridge/types';
import { pausedByUser } from '../lib/health';
import { count, duration, micros, percent, perSecond, plural } from '../lib/format';

const NONE = '—';

/** A number on the card of a feed, and its meaning. */
export interface CardNumber {
  name: string;
  value: string;
  hint: string;
}

/** The numbers on the card of a feed, in their order. */
export function cardNumbers(health: Health, now: number, source: Pick<Source, 'created' | 'last_at'>): CardNumber[] {
  const connected = health.state === 'open' || health.state === 'quiet';
  const numbers: CardNumber[] = [
    { name: 'Up', value: percent(health.up), hint: 'How much of the last 24 hours the connection was open.' },
    {
      name: 'Reconnects',
      value: count(health.reconnects),
      hint: 'How often the feed reconnected in the last 24 hours.',
    },
    {
      name: 'Connect p50',
      value: health.connect_p50_us > 0 ? micros(health.connect_p50_us) : NONE,
      hint: 'The median time to connect.',
    },
    { name: 'Rate', value: connected ? `${perSecond(health.rate)}/s` : NONE, hint: 'Messages a second, right now.' },
  ];
  if (connected) {
    const silence = health.longest_silence_ms;
    numbers.push({
      name: 'Longest silence',
      value: silence > 0 ? seconds(silence) : NONE,
      hint: 'The longest time without anything, not even a heartbeat.',
    });
  } else if (!pausedByUser(health)) {
    numbers.push({
      name: 'Down for',
      value: seconds(Math.max(1000, now - downSince(health, source))),
      hint: 'The time since the last message or heartbeat.',
    });
  }
  return numbers;
}

// A feed that alternates between waiting and connecting has been down since its last byte. After a
// restart of the program that time is unknown; the journal has a note of the loss.
function downSince(health: Health, { last_at, created }: Pick<Source, 'created' | 'last_at'>): number {
  return Date.parse(health.last_byte ?? last_at ?? created);
}

const seconds = (ms: number) => (ms < 1000 ? duration(ms) : duration(Math.floor(ms / 1000) * 1000));

/** A remark for a feed whose messages are in the history already; '' if none are. */
export function homeWords({ home = 0 }: Health): string {
  if (home === 0) return '';
  return `${plural(home, 'message')} ${home === 1 ? 'was' : 'were'} in the history already and ${home === 1 ? 'was' : 'were'} not stored again.`;
}

/** The remarks on the opened card of a feed. */
export function storyFacts(health: Health): [name: string, value: string][] {
  const facts: [string, string][] = [];
  if (health.heartbeat_ms > 0) facts.push(['Heartbeat', seconds(health.heartbeat_ms)]);
  if (health.rhythm_ms > 0) facts.push(['Usual silence up to', seconds(health.rhythm_ms)]);
  facts.push(['Reconnection time', duration(health.retry_ms)], ['Messages', count(health.messages)]);
  if (health.last_event_id) facts.push(['Resumes after id', health.last_event_id]);
  return facts;
}
