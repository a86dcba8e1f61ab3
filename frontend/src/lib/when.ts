import type { Chrono, ParsedResult } from 'chrono-node';

/** Reads a time as people write it, in local time. Returns null if the text is no time. */
export type ReadTime = (text: string, now: Date) => Date | null;

/** Loads what reads times in English and in Chinese: "14:02", "-1h", "yesterday 9:30", "昨天下午3点". */
export async function loadReadTime(): Promise<ReadTime> {
  const [en, zh] = await Promise.all([import('chrono-node/en'), import('chrono-node/zh/hans')]);
  return (text, now) => readTime([en.casual, zh.casual], text, now);
}

function readTime(parsers: Pick<Chrono, 'parse'>[], typed: string, now: Date): Date | null {
  let text = typed.trim();
  if (/^\d/.test(text) && Number.isFinite(Number(text))) return null;
  // chrono-node takes a month above 12 for a day, and ".5" for five milliseconds.
  if (Number(/^\d{4}-(\d\d?)-/.exec(text)?.[1]) > 12) return null;
  text = text.replace(/(:\d\d\.)(\d{1,2})(?!\d)/, (_, before, digits) => before + digits.padEnd(3, '0'));
  // "15 min" means the same as "-15 min" and "15 min ago": there are no messages from the future.
  if (/^\d+(\.\d+)?\s*[a-z]+$/i.test(text) && !/(am|pm)$/i.test(text)) text = `-${text}`;
  for (const parser of parsers) {
    const [found, ...more] = parser.parse(text, now);
    // Words that were not understood may have changed the meaning of the others.
    if (!found || more.length > 0 || found.text.length < text.replace(/^at\s+/i, '').length) continue;
    return timeOf(found, now);
  }
  return null;
}

function timeOf({ start, text }: ParsedResult, now: Date): Date {
  const time = start.date();
  const dayGiven = start.isCertain('day') || start.isCertain('month');
  const relative = /ago$|^-|^now$/i.test(text);
  if (dayGiven && !start.isCertain('hour') && !relative) time.setHours(0, 0, 0, 0);
  // A time of day, or a day of the week, means the most recent one.
  if (!dayGiven && time > now) time.setDate(time.getDate() - (start.isCertain('weekday') ? 7 : 1));
  return time;
}
