/** How numbers and times are written on every screen, in its language. */

import { m } from '../paraglide/messages';
import { language } from './language.svelte';

// To create a formatter costs far more than to use it.
function each<T>(create: (tag: string) => T): () => T {
  const made = new Map<string, T>();
  return () => {
    let it = made.get(language.tag);
    if (!it) made.set(language.tag, (it = create(language.tag)));
    return it;
  };
}
const thousands = each((tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 0 }));
const and = each((tag) => new Intl.ListFormat(tag, { type: 'conjunction' }));
const or = each((tag) => new Intl.ListFormat(tag, { type: 'disjunction' }));
const days = each((tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }));
const besides = each((tag) => new Intl.ListFormat(tag, { type: 'conjunction', style: 'narrow' }));

/** 2184022 → "2,184,022" */
export const count = (n: number): string => thousands().format(n);

/** ["a", "b", "c"] → "a, b, and c" */
export const list = (names: Iterable<string>): string => and().format(names);

/** ["a", "b", "c"] → "a, b, or c" */
export const oneOf = (names: Iterable<string>): string => or().format(names);

/** "2026-11-21" → "November 21, 2026" */
export const longDay = (date: string): string => days().format(Date.parse(date));

/** ["a", "b", "c"] → "a, b, c" */
export const enumeration = (items: Iterable<string>): string => besides().format(items);

/** Short enough for a badge: "818", "1.2k", "34k", "2M". */
export function brief(n: number): string {
  if (n < 1000) return String(n);
  const [value, unit] = n < 1e6 ? [n / 1000, 'k'] : [n / 1e6, 'M'];
  return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)}${unit}`;
}

/** Messages a second without the unit: "0", "0.4", "38", "1,284". */
export function perSecond(rate: number): string {
  if (rate <= 0) return '0';
  if (rate < 0.05) return '<0.1';
  return rate < 9.95 ? String(Number(rate.toFixed(1))) : count(rate);
}

/** 851443712 → "812 MB". Powers of 1024, as in file managers. */
export function bytes(n: number): string {
  if (n < 1024) return m.common_bytes({ count: n });
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = n / 1024;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} ${units[unit]}`;
}

/** Milliseconds in at most two units: "212 ms", "12 s", "3 min 20 s", "2 h 14 min", "4 d 2 h". */
export function duration(ms: number): string {
  if (ms < 0) ms = 0;
  if (ms < 999.5) return `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  if (ms < 9950) return m.common_s({ s: Number((ms / 1000).toFixed(1)) });
  const all = Math.round(ms / 1000);
  if (all < 60) return m.common_s({ s: all });
  const [d, h, min, s] = [Math.floor(all / 86_400), Math.floor(all / 3600), Math.floor(all / 60), all % 60];
  if (h === 0) return s && min < 10 ? m.common_min_s({ min, s }) : m.common_min({ min });
  if (d === 0) return min % 60 ? m.common_h_min({ h, min: min % 60 }) : m.common_h({ h });
  return h % 24 ? m.common_d_h({ d, h: h % 24 }) : m.common_d({ d });
}

/** How long ago: "just now", "12 s ago", "3 min ago". It changes slowly enough to be read. */
export function ago(ms: number): string {
  if (ms < 1000) return m.common_just_now();
  const slow = ms < 60_000 || ms >= 3_600_000 ? ms : Math.floor(ms / 60_000) * 60_000;
  return m.common_ago({ time: duration(slow) });
}

const two = (n: number) => String(n).padStart(2, '0');

/** Local time to the millisecond: "14:02:08.132". */
export function clock(iso: string | number): string {
  const t = new Date(iso);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}.${String(t.getMilliseconds()).padStart(3, '0')}`;
}

/** Local time to the second: "14:02:08". */
export const clockSeconds = (iso: string | number): string => clock(iso).slice(0, 8);

/** Local time to the minute: "14:02". */
export const clockMinutes = (iso: string | number): string => clock(iso).slice(0, 5);

/** Local date: "2026-11-21". */
export function day(iso: string | number): string {
  const t = new Date(iso);
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
}

/** A time with its date only if needed: "14:02:08" today, "2026-11-20 14:02:08" on other days. */
export function when(iso: string | number, now: number): string {
  return day(iso) === day(now) ? clockSeconds(iso) : `${day(iso)} ${clockSeconds(iso)}`;
}

/** 0.9994 → "99.94 %". Never rounded up to 100. */
export function percent(part: number): string {
  if (part >= 1) return '100 %';
  return `${Math.min(99.99, Math.floor(part * 10_000) / 100).toFixed(2)} %`;
}

/** Microseconds as one number: 84210 → "84 ms", 412 → "0.41 ms", 2_300_000 → "2.3 s". */
export function micros(us: number): string {
  if (us < 1000) return us < 10 ? `${Math.round(us)} µs` : `${Number((us / 1000).toFixed(2))} ms`;
  if (us < 9950) return `${Number((us / 1000).toFixed(1))} ms`;
  return us < 999_500 ? `${Math.round(us / 1000)} ms` : duration(us / 1000);
}
