import type { Position } from '../bridge/types';

/** What one timeline shows. */
export interface Pane {
  /** The id of the source; null for all. An id stays the same when a source is renamed. */
  source: number | null;
  /** The filter as typed. */
  q: string;
  /** The time of a jump, as in RFC 3339; '' if there was none. */
  at: string;
  /** The position of the selected message; '' if none is selected. */
  message: Position;
}

/** A Place is where the user is: a screen, and what its timeline shows. */
export interface Place extends Pane {
  screen: string;
  /** The second half of a split view; null if the view is not split. */
  second: Pane | null;
}

/** The part of a link that cannot be understood. */
export interface LinkFault {
  part: 'screen' | 'source' | 'time' | 'message';
  text: string;
}

export const everything: Pane = { source: null, q: '', at: '', message: '' };
export const firstPlace: Place = { ...everything, screen: 'timeline', second: null };

const KEYS = ['q', 'at', 'message'] as const;

/**
 * The fragment of the address that leads to a place: "#/timeline?source=12&q=event%3Apaid". The second
 * half of a split view has the same keys after "split", and "split" itself is its source.
 */
export function linkTo(place: Place): string {
  const query = new URLSearchParams();
  if (place.source !== null) query.set('source', String(place.source));
  for (const key of KEYS) if (place[key]) query.set(key, place[key]);
  const { second } = place;
  if (second) {
    query.set('split', String(second.source ?? 'all'));
    for (const key of KEYS) if (second[key]) query.set(`split.${key}`, second[key]);
  }
  return `#/${place.screen}${query.size > 0 ? `?${query}` : ''}`;
}

/** Reads the fragment of an address. An empty one is no link: null. */
export function readLink(hash: string, screens: readonly string[]): Place | LinkFault | null {
  const text = hash.replace(/^#\/?/, '');
  if (text === '') return null;
  const mark = text.indexOf('?');
  const screen = mark < 0 ? text : text.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : text.slice(mark));
  if (!screens.includes(screen)) return { part: 'screen', text: screen };
  const first = readPane(query, query.get('source'), '');
  if ('part' in first) return first;
  const split = query.get('split');
  const second = split === null ? null : readPane(query, split === 'all' ? null : split, 'split.');
  if (second && 'part' in second) return second;
  return { screen, ...first, second };
}

function readPane(query: URLSearchParams, source: string | null, prefix: string): Pane | LinkFault {
  if (source !== null && !/^[1-9]\d{0,15}$/.test(source)) return { part: 'source', text: source };
  const [q, at, message] = KEYS.map((key) => query.get(prefix + key) ?? '');
  if (at && Number.isNaN(Date.parse(at))) return { part: 'time', text: at };
  if (message && !/^[\w-]+\.\d+$/.test(message)) return { part: 'message', text: message };
  return { source: source === null ? null : Number(source), q, at, message };
}
