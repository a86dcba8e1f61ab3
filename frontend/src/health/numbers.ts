import type { Health, Source } from '../bridge/types';
import { count, duration, micros } from '../lib/format';
import { pausedByUser } from '../lib/health';
import { m } from '../paraglide/messages';
import { seconds } from './words';

/** One thing that is known of a feed's connection. */
export interface Fact {
  name: string;
  value: string;
  /** An address or an id, in letters of equal width. */
  mono?: boolean;
}

/** What is known of a feed's connection, in the order in which it is shown. Nothing that is unknown is in it. */
export function facts(source: Source, health: Health, now: number): Fact[] {
  const list: Fact[] = [{ name: m.health_fact_address(), value: source.feed?.url ?? '', mono: true }];
  const add = (name: string, value: string, mono = false) => list.push({ name, value, mono });
  const connected = health.state === 'open' || health.state === 'quiet';
  if (!connected && !pausedByUser(health))
    add(m.health_fact_down(), seconds(Math.max(1000, now - downSince(health, source))));
  if (health.last_event_id) add(m.health_fact_resumes(), health.last_event_id, true);
  add(m.health_fact_retry(), duration(health.retry_ms));
  add(m.health_fact_heartbeat(), health.heartbeat_ms > 0 ? seconds(health.heartbeat_ms) : m.health_fact_none_seen());
  if (health.rhythm_ms > 0) add(m.health_fact_rhythm(), seconds(health.rhythm_ms));
  if (health.longest_silence_ms > 0) add(m.health_fact_silence(), seconds(health.longest_silence_ms));
  if (health.connect_p50_us > 0) add(m.health_fact_connect(), micros(health.connect_p50_us));
  add(m.health_fact_messages(), count(health.messages));
  return list;
}

// A feed that alternates between waiting and connecting has been down since its last byte. After a
// restart of the program that time is unknown; the journal has a note of the loss.
function downSince(health: Health, { last_at, created }: Pick<Source, 'created' | 'last_at'>): number {
  return Date.parse(health.last_byte ?? last_at ?? created);
}

/** A remark for a feed whose messages are in the history already; '' if none are. */
export const homeWords = ({ home = 0 }: Health): string => (home === 0 ? '' : m.health_home({ count: home }));
