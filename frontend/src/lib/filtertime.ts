/** The times of a filter. */
import { m } from '../paraglide/messages';
import { filterPieces } from './filter';
import { clockMinutes, clockSeconds, day } from './format';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = {
  ...{ s: SECOND, sec: SECOND, m: MINUTE, min: MINUTE, h: HOUR, hour: HOUR, hours: HOUR },
  ...{ d: DAY, day: DAY, days: DAY, w: 7 * DAY, week: 7 * DAY, weeks: 7 * DAY },
};

const ON_DAY = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
const AT = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?$/;

/** The time that a filter means, or null. The server decides (package filter/syntax); this only imitates it. */
export function filterTime(text: string, now: number): number | null {
  const at = new Date(now);
  const midnight = (days: number) => new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
  const word = text.toLowerCase();
  if (word === 'now') return now;
  if (word === 'today') return midnight(0);
  if (word === 'yesterday') return midnight(-1);
  const onDay = ON_DAY.exec(text);
  if (onDay) {
    const [year, month, date, hour = 0, minute = 0, second = 0] = onDay
      .slice(1, 7)
      .map((n) => n && Number(n)) as number[];
    const local = new Date(year, month - 1, date, hour || 0, minute || 0, second || 0);
    if (local.getMonth() !== month - 1 || local.getDate() !== date) return null;
    return onDay[7] ? Date.parse(text.replace(' ', 'T')) : local.getTime();
  }
  const clock = AT.exec(text);
  if (clock) {
    const [hour, minute, second] = clock.slice(1).map((n) => Number(n ?? 0));
    if (hour > 23 || minute > 59 || second > 59) return null;
    const on = (days: number) =>
      new Date(at.getFullYear(), at.getMonth(), at.getDate() + days, hour, minute, second).getTime();
    return on(0) <= now ? on(0) : on(-1);
  }
  const ago = timeAgo(text);
  return ago === null ? null : now - ago;
}

function timeAgo(text: string): number | null {
  const rest = text.replace(/^-/, '').replace(/ago$/, '').trim();
  const parts = [...rest.matchAll(/([\d.]+) *([a-z]+) */g)];
  if (rest === '' || parts.map((p) => p[0]).join('') !== rest) return null;
  let sum = 0;
  for (const [, number, unit] of parts) sum += Number(number) * (UNITS[unit] ?? NaN);
  return Number.isFinite(sum) ? sum : null;
}

/** A time of a filter in words: "after 14:02 today". Null if it is none. */
export function timeInWords(key: 'after' | 'before', text: string, now: number): string | null {
  const at = filterTime(text, now);
  if (at === null || !Number.isFinite(at)) return null;
  const time = at % MINUTE === 0 ? clockMinutes(at) : clockSeconds(at);
  const on = day(at);
  if (on === day(now))
    return key === 'after' ? m.timeline_filter_after_today({ time }) : m.timeline_filter_before_today({ time });
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (on === day(yesterday.getTime())) {
    return key === 'after' ? m.timeline_filter_after_yesterday({ time }) : m.timeline_filter_before_yesterday({ time });
  }
  return key === 'after'
    ? m.timeline_filter_after_day({ time, day: on })
    : m.timeline_filter_before_day({ time, day: on });
}

/** The times of a filter in words, in their order. */
export function timesOf(text: string, now: number): string[] {
  if (!/(after|before):/.test(text)) return [];
  return filterPieces(text).flatMap((piece) => {
    const found = piece.kind === 'key' ? /^(-?)(after|before):"?([^"]*)"?$/.exec(piece.text) : null;
    if (!found) return [];
    const [, minus, key, time] = found;
    // What is not after a time is before it.
    const meant = (key === 'after') === (minus === '') ? 'after' : 'before';
    return timeInWords(meant, time, now) ?? [];
  });
}
