/** The time that a text means, or why it means none. */
export type When = { time: Date } | { error: string };

const UNITS: Record<string, number> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  m: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
};
const HELP = 'Write a time such as 14:02, 2026-11-20 08:00, yesterday 9:30 or 15 min ago.';

/**
 * Reads a time as people write it, in local time: "14:02", "14:02:08.5", "2026-11-20 08:00",
 * "yesterday", "15 min ago". A time of day without a date means the most recent one.
 */
export function parseWhen(text: string, now: Date): When {
  const t = text.trim().toLowerCase().replace(/\s+/g, ' ');
  if (t === '') return { error: HELP };
  if (t === 'now') return { time: now };
  const back = /^(\d+(?:\.\d+)?) ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)(?: ago)?$/.exec(t);
  if (back) return { time: new Date(now.getTime() - Number(back[1]) * 1000 * UNITS[back[2].replace(/(.)s$/, '$1')]) };
  const iso = /^\d{4}-\d\d-\d\dt.*(z|[+-]\d\d:\d\d)$/.exec(t);
  if (iso) {
    const time = new Date(t.toUpperCase());
    return Number.isNaN(time.getTime()) ? { error: HELP } : { time };
  }
  return onDay(t, now);
}

function onDay(t: string, now: Date): When {
  const parts =
    /^(?:(today|yesterday|\d{4}-\d\d?-\d\d?)(?:[ t]|$))?(?:at )?(?:(\d\d?):(\d\d)(?::(\d\d)(\.\d{1,6})?)?)?$/.exec(t);
  if (!parts || (!parts[1] && !parts[2])) return { error: HELP };
  const [, date, h = '0', m = '0', s = '0', fraction = '0'] = parts;
  if (Number(h) > 23 || Number(m) > 59 || Number(s) > 59)
    return { error: 'The hour is at most 23, the minute and the second at most 59.' };
  const day = dayOf(date, now);
  if (!day) return { error: `There is no day ${date}.` };
  day.setHours(Number(h), Number(m), Number(s), Math.floor(Number(fraction) * 1000));
  if (!date && day > now) day.setDate(day.getDate() - 1);
  return { time: day };
}

function dayOf(date: string | undefined, now: Date): Date | null {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (date === 'yesterday') day.setDate(day.getDate() - 1);
  if (!date || !/^\d/.test(date)) return day;
  const [y, m, d] = date.split('-').map(Number);
  day.setFullYear(y, m - 1, d);
  return day.getMonth() === m - 1 && day.getDate() === d ? day : null;
}
