import { valuesAt } from './field';

/** A Stamp is a time that a message has in its data. */
export interface Stamp {
  /** "$.at" */
  path: string;
  /** In milliseconds. */
  time: number;
}

const NAMES = ['at', 'time', 'timestamp', 'ts', 'sent', 'sent_at', 'created', 'created_at', 'date', 'datetime'];
/** A number is a time if it lies between 2001 and 2100 in seconds, milli-, micro- or nanoseconds. */
const FROM = 1e9;
const UNTIL = 4.1e9;

/** The time at a path of the data; null if there is none. */
export function stampAt(data: string, path: string): Stamp | null {
  const [raw] = valuesAt(data, [path]);
  const time = raw === null ? null : timeIn(raw);
  return time === null ? null : { path, time };
}

/** Finds the time at which a JSON message says it was created, among its top-level fields; null if it has none. */
export function findStamp(data: string): Stamp | null {
  if (!data.trimStart().startsWith('{') || data.length > 1 << 20) return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const members = value as Record<string, unknown>;
  for (const name of NAMES) {
    const time = timeOf(members[name]);
    if (time !== null) return { path: `$.${name}`, time };
  }
  return null;
}

/** The time that the JSON of a value says, in milliseconds; null if it says none. */
export function timeIn(raw: string): number | null {
  try {
    return timeOf(JSON.parse(raw));
  } catch {
    return null;
  }
}

function timeOf(value: unknown): number | null {
  if (typeof value === 'number') {
    for (const scale of [1, 1e3, 1e6, 1e9]) {
      const seconds = value / scale;
      if (seconds >= FROM && seconds < UNTIL) return seconds * 1000;
    }
    return null;
  }
  // Without a time zone, the delay computed from it could be hours wrong.
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(value))
    return null;
  const time = Date.parse(value.replace(' ', 'T'));
  return Number.isNaN(time) ? null : time;
}
