/** What the filter may go on with at a place. */
import { m } from '../paraglide/messages';
import { filterPieces, quoted, valueTerm } from './filter';
import { timeInWords } from './filtertime';
import { clockMinutes, day } from './format';

/** What is known of the messages at hand, and of the sources. */
export interface Known {
  /** Null where source: has no meaning. */
  sources: readonly string[] | null;
  /** The types that were seen, and how often. */
  types: ReadonlyMap<string, number>;
  /** The paths that were seen, as a filter has them, and the values there. */
  fields: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface Suggestion {
  /** What is put into the filter. */
  text: string;
  kind: 'key' | 'source' | 'type' | 'is' | 'time' | 'field' | 'value' | 'past';
  /** A word or two about it. */
  detail: string;
  /** More has to follow, such as the name after "event:". */
  more?: boolean;
}

export interface Suggestions {
  /** The part of the filter that they replace. */
  from: number;
  to: number;
  /** What they were found with. */
  query: string;
  list: Suggestion[];
}

const MOST = 50;
/** Among everything, names are only looked for with so many characters. */
const ENOUGH = 2;

const KEY = /^-?(event|source|is|after|before):([\s\S]*)$/;
const COMPARED = /^-?(\$(?:[^\s=!<>:"]|\["(?:[^"\\]|\\.)*"\])*)\s*(?:!=|>=|<=|==?|>|<|:)\s*([\s\S]*)$/;
const PATH = /(?:^|[\s(])-?(\$(?:[^\s()=!<>:"[\]]|\[(?:"(?:[^"\\]|\\.)*"?|\*|\d*)\]?)*)$/;

/** The suggestions at a place; null if there are none. `asked` is whether the user asked for them. */
export function suggest(text: string, at: number, known: Known, now: number, asked = false): Suggestions | null {
  const left = text.slice(0, at);
  const piece = filterPieces(left).at(-1);
  const found =
    left.trim() === '' || !piece || piece.kind === 'space'
      ? everything(left, '', known, asked)
      : within(piece, left, known, now, asked);
  if (!found) return null;
  const { query } = found;
  const list = best(found.list, query);
  // What is there already is no suggestion.
  if (list.length === 0 || (list.length === 1 && list[0].text === left.slice(found.from))) return null;
  const rest = /^[^\s,()"]*/.exec(text.slice(at))![0].length;
  return { from: found.from, to: at + rest, query, list };
}

type Found = Omit<Suggestions, 'to'> | null;

function within(piece: { text: string; kind: string }, left: string, known: Known, now: number, asked: boolean): Found {
  const key = piece.kind === 'text' || piece.kind === 'without' ? null : KEY.exec(piece.text);
  if (key) return ofKey(key[1], key[2], left, known, now);
  const compared = piece.kind === 'field' ? COMPARED.exec(piece.text) : null;
  if (compared) return ofField(compared[1], compared[2], left, known);
  if (/^-?"/.test(piece.text) || piece.kind === 'regexp' || piece.kind === 'id') return null;
  const path = PATH.exec(left)?.[1];
  if (path !== undefined) return { from: left.length - path.length, query: path.slice(1), list: pathsOf(known) };
  if (piece.kind === 'operator') return everything(left, '', known, asked);
  return everything(left, piece.text.replace(/^-/, ''), known, asked);
}

function ofKey(key: string, value: string, left: string, known: Known, now: number): Found {
  const listed = key === 'event' || key === 'source' || key === 'is';
  const part = listed ? lastPart(value) : value;
  if (/^"(?:[^"\\]|\\.)*"/.test(part)) return null;
  const from = left.length - part.length;
  const query = part.replace(/^"/, '');
  if (key === 'is') return { from, query, list: kinds() };
  if (key === 'event') return { from, query, list: types(known) };
  if (key === 'source') return known.sources && { from, query, list: sources(known.sources) };
  return { from, query, list: times(key as 'after' | 'before', query, now) };
}

/** What is behind the last comma of a list. */
const lastPart = (value: string): string => /(?:^|,)((?:"(?:[^"\\]|\\.)*"?)|[^,]*)$/.exec(value)?.[1] ?? value;

function ofField(path: string, value: string, left: string, known: Known): Found {
  const values = known.fields.get(path);
  if (!values || /^"(?:[^"\\]|\\.)*"/.test(value) || value.startsWith('/')) return null;
  const list = [...values].map(([raw, n]) => ({ text: valueTerm(raw), kind: 'value' as const, detail: '', n }));
  return { from: left.length - value.length, query: value.replace(/^"/, ''), list: byNumber(list) };
}

function everything(left: string, query: string, known: Known, asked: boolean): Found {
  if (!asked && query === '') return null;
  const names = asked || query.length >= ENOUGH;
  return {
    from: left.length - query.length,
    query,
    list: [
      ...keys(known.sources !== null),
      ...(names ? pathsOf(known) : []),
      ...(query.length >= ENOUGH ? kinds().map((s) => ({ ...s, text: `is:${s.text}` })) : []),
      ...(query.length >= ENOUGH ? types(known).map((s) => ({ ...s, text: `event:${s.text}` })) : []),
      ...(query.length >= ENOUGH && known.sources
        ? sources(known.sources).map((s) => ({ ...s, text: `source:${s.text}` }))
        : []),
    ],
  };
}

const keys = (several: boolean): Suggestion[] => [
  { text: 'event:', kind: 'key', detail: m.timeline_filter_kind_event(), more: true },
  ...(several ? [{ text: 'source:', kind: 'key', detail: m.timeline_filter_kind_source(), more: true } as const] : []),
  { text: '$.', kind: 'key', detail: m.timeline_filter_kind_field(), more: true },
  { text: 'after:', kind: 'key', detail: m.timeline_filter_kind_after(), more: true },
  { text: 'before:', kind: 'key', detail: m.timeline_filter_kind_before(), more: true },
  { text: 'is:', kind: 'key', detail: m.timeline_filter_kind_is(), more: true },
  { text: 'id:', kind: 'key', detail: m.timeline_filter_kind_id() },
];

const kinds = (): Suggestion[] => [
  { text: 'event', kind: 'is', detail: m.timeline_filter_is_event() },
  { text: 'gap', kind: 'is', detail: m.timeline_filter_is_gap() },
  { text: 'note', kind: 'is', detail: m.timeline_filter_is_note() },
  { text: 'bookmarked', kind: 'is', detail: m.timeline_filter_is_bookmarked() },
];

const byNumber = <T extends Suggestion & { n: number }>(list: T[]): Suggestion[] => list.sort((a, b) => b.n - a.n);

/** The types, and the beginnings that several of them share, as in "order.*". */
function types({ types }: Known): Suggestion[] {
  const shared = new Map<string, { n: number; types: number }>();
  for (const [type, n] of types) {
    const dot = type.indexOf('.');
    if (dot <= 0) continue;
    const group = shared.get(type.slice(0, dot)) ?? { n: 0, types: 0 };
    shared.set(type.slice(0, dot), { n: group.n + n, types: group.types + 1 });
  }
  const groups = [...shared].filter(([, group]) => group.types > 1);
  const detail = m.timeline_filter_kind_event();
  return byNumber([
    ...groups.map(([name, group]) => ({
      text: starred(name),
      kind: 'type' as const,
      detail: m.timeline_filter_types({ count: group.types }),
      n: group.n,
    })),
    ...[...types].map(([type, n]) => ({ text: quoted(type), kind: 'type' as const, detail, n })),
  ]);
}

const starred = (name: string): string => {
  const plain = quoted(`${name}.`);
  return plain.startsWith('"') ? `${plain.slice(0, -1)}*"` : `${plain}*`;
};

const sources = (names: readonly string[]): Suggestion[] =>
  names.map((name) => ({ text: quoted(name), kind: 'source', detail: m.timeline_filter_kind_source() }));

const pathsOf = ({ fields }: Known): Suggestion[] =>
  byNumber(
    [...fields].map(([path, values]) => {
      let n = 0;
      for (const times of values.values()) n += times;
      return { text: path, kind: 'field' as const, detail: m.timeline_filter_kind_field(), n };
    }),
  );

function times(key: 'after' | 'before', query: string, now: number): Suggestion[] {
  const ago = ['-5m', '-15m', '-1h', '-6h', '-1d', '-1w'];
  const typed = /^\d/.test(query) ? [clockMinutes(now), day(now), query] : [];
  const all =
    query === ''
      ? [...ago, 'today', 'yesterday', clockMinutes(now - 3_600_000), day(now)]
      : [...ago, 'now', 'today', 'yesterday', ...typed];
  return [...new Set(all)].flatMap((text) => {
    const detail = timeInWords(key, text, now);
    return detail === null
      ? []
      : [
          {
            text: quoted(text).startsWith('"') && !/^[-\d]/.test(text) ? quoted(text) : text,
            kind: 'time' as const,
            detail,
          },
        ];
  });
}

/** The suggestions that have the query, those that begin with it first. */
function best(list: readonly Suggestion[], query: string): Suggestion[] {
  const wanted = query.toLowerCase();
  if (wanted === '') return list.slice(0, MOST);
  const ranked: Suggestion[][] = [[], [], []];
  const seen = new Set<string>();
  for (const one of list) {
    const at = one.text.toLowerCase().indexOf(wanted);
    if (at < 0 || (at > 0 && one.kind === 'key') || seen.has(one.text)) continue;
    seen.add(one.text);
    ranked[at === 0 || (at === 1 && one.text[0] === '"') ? 0 : /[\s._:$"[-]/.test(one.text[at - 1]) ? 1 : 2].push(one);
  }
  return ranked.flat().slice(0, MOST);
}
