import type { Health, Source } from '../bridge/types';
import { shown } from '../lib/disguise';
import { language } from '../lib/language.svelte';
import { words } from '../lib/sentence.svelte';
import { count, duration } from '../lib/format';
import { standing, type Standing } from '../lib/standing';
import { m } from '../paraglide/messages';
import type { MessagePart } from '../paraglide/runtime';

const DAY = 86_400_000;

/** The formats of times in the shown language. Making one takes much longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();
function write(at: Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${language.tag} ${Object.keys(options).join()}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(language.tag, options)));
  return format.format(at);
}

/** A time for a sentence: "10:40" today, "yesterday 22:10", "Tuesday 06:14" in the last week, and the date before that. */
export function moment(iso: string, now: number): string {
  const at = new Date(iso);
  const minutes: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at.getTime() >= midnight) return write(at, minutes);
  if (at.getTime() >= midnight - DAY) return m.health_since_yesterday({ time: write(at, minutes) });
  if (at.getTime() >= midnight - 6 * DAY) return write(at, { weekday: 'long', ...minutes });
  return write(at, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** Milliseconds in whole seconds, if they are seconds. */
export const seconds = (ms: number): string => duration(ms < 1000 ? ms : Math.floor(ms / 1000) * 1000);

/** Whether the server has refused the feed's token or password. */
const signedOut = ({ code, text = '', reason = '' }: Health): boolean =>
  (code === 'status' && text.includes('status/unauthorized')) || /^401\b/.test(reason);

/** Since when a feed is as it is. Without a connection that is since its last byte; undefined if there never was one. */
export function since(source: Source): string | undefined {
  const { health } = source;
  switch (health?.state) {
    case 'waiting':
    case 'connecting':
      return health.last_byte;
    case 'quiet':
      return health.last_byte ?? health.since;
  }
  return health?.since;
}

/** What a feed does, as a sentence whose first word stands in bold. `now` is in milliseconds. */
export function doesParts(source: Source, now: number): MessagePart[] {
  const health = source.health!;
  const reason = words(health);
  const time = moment(health.since, now);
  switch (health.state) {
    case 'stopped':
      if (standing(source) === 'paused') return m.health_does_paused.parts({ time });
      return signedOut(health)
        ? m.health_does_signed_out.parts({ time, reason })
        : m.health_does_stopped.parts({ time, reason });
    case 'waiting': {
      const left = health.retry_at ? Math.ceil((Date.parse(health.retry_at) - now) / 1000) : 0;
      if (signedOut(health))
        return left > 0
          ? m.health_does_signed_out_waiting.parts({ left: duration(left * 1000), reason })
          : m.health_does_signed_out_now.parts({ reason });
      return left > 0
        ? m.health_does_waiting.parts({ left: duration(left * 1000), reason })
        : m.health_does_waiting_now.parts({ reason });
    }
    case 'connecting':
      return health.attempt > 1
        ? m.health_does_connecting.parts({ n: count(health.attempt), reason })
        : m.health_does_connecting_first.parts({});
    case 'quiet': {
      const silence = seconds(Math.max(1000, now - Date.parse(since(source)!)));
      const rhythm = health.heartbeat_ms || health.rhythm_ms;
      return rhythm
        ? m.health_does_silent.parts({ silence, rhythm: seconds(rhythm) })
        : m.health_does_silent_unknown.parts({ silence });
    }
  }
  const { gaps } = source;
  if (reason) return m.health_does_open_problem.parts({ time, reason });
  if (gaps && gaps.missing > 0) return m.health_does_open_missing.parts({ time, count: gaps.missing });
  if (gaps && gaps.unknown > 0) return m.health_does_open_unknown.parts({ time });
  if (gaps) return m.health_does_open_resumed.parts({ time });
  if (health.heartbeat_ms > 0)
    return m.health_does_open_heartbeat.parts({ time, heartbeat: seconds(health.heartbeat_ms) });
  return m.health_does_open.parts({ time });
}

/** The text of a message with elements. */
export const textOf = (parts: MessagePart[]): string =>
  parts.map((part) => (part.type === 'text' ? part.value : '')).join('');

/** A sentence about a feed that is not fine, without anything that ticks. */
export function trouble(source: Source, now: number): string {
  const name = shown(source.name);
  const at = since(source);
  const time = at ? moment(at, now) : '';
  switch (standing(source)) {
    case 'failed':
      return signedOut(source.health!)
        ? m.health_says_signed_out({ name, time })
        : m.health_says_stopped({ name, time });
    case 'waiting':
      if (signedOut(source.health!))
        return time ? m.health_says_signed_out({ name, time }) : m.health_says_not_signed_in({ name });
      return time ? m.health_says_waiting({ name, time }) : m.health_says_never({ name });
    case 'silent':
      return m.health_says_silent({ name, time });
    default:
      return m.health_says_paused({ name });
  }
}

/** How many troubles the summary names. */
const NAMED = 4;

/** A Summary says in sentences how all feeds are. */
export interface Summary {
  /** How many are fine, with elements. */
  fine: MessagePart[];
  /** The worst trouble; '' if there is none. */
  worst: string;
  /** Further sentences. */
  others: string[];
  missing: string;
}

/** Sums up feeds, the worst of which come first. */
export function summary(feeds: readonly Source[], now: number): Summary {
  const fine = (s: Standing) => s === 'fine' || s === 'gaps';
  const troubled = feeds.filter((f) => !fine(standing(f)));
  const total = feeds.length;
  const rest = troubled.length - NAMED;
  const others = troubled.slice(1, NAMED).map((f) => trouble(f, now));
  if (rest > 0) others.push(m.health_says_more({ count: rest }));
  const missing = feeds.reduce((sum, f) => sum + (f.gaps?.missing ?? 0), 0);
  const unknown = feeds.reduce((sum, f) => sum + (f.gaps?.unknown ?? 0), 0);
  return {
    fine:
      troubled.length === 0
        ? m.health_sum_all.parts({ total })
        : m.health_sum_some.parts({ fine: total - troubled.length, total }),
    worst: troubled.length > 0 ? trouble(troubled[0], now) : '',
    others,
    missing:
      missing > 0
        ? m.health_says_missing({ count: missing })
        : unknown > 0
          ? m.health_says_unknown({ count: unknown })
          : '',
  };
}
