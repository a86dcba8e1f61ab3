import { stepsOf, type Step } from './field';

/** A token of a filter. All tokens joined are the text of the filter. */
export interface FilterPiece {
  text: string;
  /** What it is: "key" is a source or a time, "operator" and, or or a parenthesis. */
  kind: 'type' | 'id' | 'is' | 'key' | 'field' | 'regexp' | 'operator' | 'text' | 'without' | 'space';
  /** How many parentheses are open around it. */
  depth: number;
  /** The server refused this part. */
  wrong?: boolean;
}

const SPACE = /\s+/y;
const KEY = /(event|id|is|source|before|after):/y;
const QUOTED = /"(?:[^"\\]|\\[\s\S])*(?:"|$)/y;
const REGEXP = /\/(?:[^/\\]|\\[\s\S])+\/[ims]*(?=[\s)]|$)/y;
const PATH = /\$(?=[.[]|\s*[=!<>:])(?:\.[^\s.[\]()=!<>:"]+|\[(?:\*|\d+|"(?:[^"\\]|\\[\s\S])*")\])*/y;
const COMPARE = /\s*(?:!=|>=|<=|==?|>|<|:)\s*/y;

/**
 * Splits a filter into tokens in order to colour them. The server decides what a filter means
 * (package filter/syntax); this only imitates it.
 */
export function filterPieces(text: string): FilterPiece[] {
  const out: FilterPiece[] = [];
  let at = 0;
  let depth = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null && found[0] !== '';
  };
  const word = (until = '') => {
    for (let open = 0; at < text.length && !/\s/.test(text[at]); at++) {
      if (text[at] === '(') open++;
      if (text[at] === ')' && --open < 0 && depth > 0) return;
      if (until && text.startsWith(until, at)) return;
    }
  };
  const value = () => void (skip(QUOTED) || word());
  const list = () => {
    for (let more = true; more; at += more ? 1 : 0) {
      if (!skip(QUOTED)) word(',"');
      more = text[at] === ',';
    }
  };
  while (at < text.length) {
    const start = at;
    const push = (kind: FilterPiece['kind'], around = depth) =>
      out.push({ text: text.slice(start, at), kind, depth: around });
    if (skip(SPACE)) {
      push('space');
      continue;
    }
    const minus = text[at] === '-' && at + 1 < text.length && !/\s/.test(text[at + 1]);
    if (minus) at++;
    KEY.lastIndex = at;
    const key = KEY.exec(text)?.[1];
    if (text[at] === '(') {
      at++;
      push('operator', depth++);
    } else if (text[at] === ')' && depth > 0) {
      at++;
      push('operator', --depth);
    } else if (skip(REGEXP)) push('regexp');
    else if (skip(PATH)) {
      if (skip(COMPARE) && !skip(REGEXP)) value();
      push('field');
    } else if (key && !text.startsWith('://', at + key.length)) {
      at += key.length + 1;
      if (key === 'event' || key === 'source' || key === 'is') list();
      else value();
      push(key === 'event' ? 'type' : key === 'id' || key === 'is' ? key : 'key');
    } else {
      value();
      if (at === start) at++;
      const plain = text.slice(start, at);
      push(/^(and|or)$/i.test(plain) ? 'operator' : minus ? 'without' : 'text');
    }
  }
  return out;
}

/**
 * Marks part of the tokens as wrong. The place counts characters of the filter as it was sent,
 * without the surrounding space.
 */
export function markPieces(pieces: FilterPiece[], place: { offset: number; length: number }): FilterPiece[] {
  const text = pieces.map((p) => p.text).join('');
  const characters = [...text.trim()];
  const units = (n: number) => characters.slice(0, n).join('').length;
  const lead = text.length - text.trimStart().length;
  const [from, to] = [lead + units(place.offset), lead + units(place.offset + place.length)];
  let at = 0;
  return pieces.flatMap((piece) => {
    const [a, b] = [from, to].map((n) => Math.min(Math.max(n - at, 0), piece.text.length));
    at += piece.text.length;
    return [
      { ...piece, text: piece.text.slice(0, a) },
      { ...piece, text: piece.text.slice(a, b), wrong: true },
      { ...piece, text: piece.text.slice(b) },
    ].filter((p) => p.text !== '');
  });
}

/** The parts of a filter between its outermost "or". */
function branches(text: string): FilterPiece[][] {
  const list: FilterPiece[][] = [[]];
  for (const piece of filterPieces(text)) {
    if (piece.depth === 0 && piece.kind === 'operator' && /^or$/i.test(piece.text)) list.push([]);
    else list.at(-1)!.push(piece);
  }
  return list;
}

/** Whether a term is one for bookmarks: messages of any kind have some. */
const forBookmarks = (p: FilterPiece): boolean => /\bbookmarked\b/.test(p.text);

/** Whether a filter shows events: is:gap and is:note alone do not. */
export const wantsEvents = (text: string): boolean => branches(text).some(wantsEventsIn);

function wantsEventsIn(pieces: FilterPiece[]): boolean {
  const terms = pieces.filter((p) => p.kind === 'is' && p.depth === 0);
  const names = (minus: boolean) =>
    terms
      .filter((p) => p.text.startsWith('-') === minus && (minus || !forBookmarks(p)))
      .flatMap((p) =>
        p.text
          .replace(/^-?is:/, '')
          .replaceAll('"', '')
          .split(','),
      );
  const only = names(false);
  return (only.length === 0 || only.includes('event')) && !names(true).includes('event');
}

/** The filter and one more term, before or after it. Outermost terms that are dropped are left out. */
function withTerm(text: string, term: string, drop: (piece: FilterPiece) => boolean, first = false): string {
  const parts = branches(text);
  let rest = text.trim();
  if (parts.length > 1) rest = `(${rest})`;
  else {
    const kept = parts[0].filter((p) => p.kind === 'space' || p.depth > 0 || !drop(p));
    rest = kept
      .map((p) => (p.kind === 'space' ? ' ' : p.text))
      .join('')
      .replace(/ {2,}/g, ' ')
      .trim();
  }
  return [first ? term : rest, first ? rest : term].filter((part) => part !== '').join(' ');
}

/** The filter without its gaps and notes. */
export const eventsOnly = (text: string): string =>
  withTerm(text, 'is:event', (p) => p.kind === 'is' && !forBookmarks(p), true);

/** A value as a filter has it: in quotation marks where it needs them. */
export function quoted(value: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.@+-]*$/u.test(value) && !/^(and|or)$/i.test(value)) return value;
  return `"${value.replace(/(\\*)("|$)/g, (_, slashes: string, mark: string) => slashes + slashes + (mark && '\\"'))}"`;
}

/** What a filter can ask for by name. */
export type Key = 'event' | 'source' | 'id';

const isTerm = (key: string) => (p: FilterPiece) => p.text.startsWith(`${key}:`);

/** The filter with its condition on the type, the source or the id replaced by this one. */
export const withOnly = (text: string, key: Key, name: string): string =>
  withTerm(text, `${key}:${quoted(name)}`, (p) => isTerm(key)(p) || p.text === `-${key}:${quoted(name)}`, true);

/** The filter without this type, this source or this id. */
export const withoutThat = (text: string, key: Key, name: string): string =>
  withTerm(
    text,
    `-${key}:${quoted(name)}`,
    (p) => p.text === `${key}:${quoted(name)}` || p.text === `-${key}:${quoted(name)}`,
  );

/** The filter with a condition on a field: that it has this JSON, or that it has not. */
export function withField(text: string, path: string, raw: string, not = false): string {
  const term = fieldTerm(path, raw);
  return withTerm(text, not ? `-${term}` : term, (p) => p.text === term || p.text === `-${term}`);
}

/** An escape such as that of a tab has up to so many characters. */
const LONGEST_ESCAPE = 6;
/** A path has no more steps in a filter. */
const MOST_STEPS = 32;
/** A longer value is found by its beginning. */
const LONG = { text: 1000, number: 300, beginning: 200 };

/**
 * The condition that a field has this JSON, which may be cut at its end. An object or a list has to be
 * there, a long value has to begin alike.
 */
export function fieldTerm(path: string, raw: string): string {
  const steps = stepsOf(path) ?? [];
  const at = fieldPath(steps.slice(0, MOST_STEPS));
  if (/^[{[]/.test(raw)) return at;
  const text = raw.startsWith('"') ? textOf(raw) : null;
  const whole = text === null ? raw.length <= LONG.number : text.length <= LONG.text && isWhole(raw);
  // A condition on what is around the value holds for anything inside.
  if (whole && steps.length <= MOST_STEPS) return `${at} = ${text === null ? raw : quotedText(text)}`;
  return `${at} : ${quotedText(whole ? (text ?? raw) : beginning(text ?? raw))}`;
}

/** A whole value as a filter compares with it. */
export const valueTerm = (raw: string): string => (raw.startsWith('"') ? quotedText(textOf(raw)) : raw);

/** A path as a filter has it. In quotation marks it has no escapes but the one of the quotation mark. */
export const fieldPath = (steps: readonly Step[]): string =>
  `$${steps
    .map((to) => {
      if (typeof to === 'number') return `[${to}]`;
      return /^[\p{L}\p{N}_$@-]+$/u.test(to) ? `.${to}` : `[${quotedText(to)}]`;
    })
    .join('')}`;

function isWhole(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}

/** The text of JSON that may be cut, even within an escape. Half a pair of surrogates is replaced, as the server does. */
function textOf(raw: string): string {
  for (let end = raw.length; end > Math.max(0, raw.length - LONGEST_ESCAPE); end--) {
    for (const json of [raw.slice(0, end), `${raw.slice(0, end)}"`]) {
      if (isWhole(json)) return (JSON.parse(json) as string).replace(/\p{Surrogate}/gu, '\ufffd');
    }
  }
  return '';
}

const beginning = (text: string): string => text.slice(0, LONG.beginning).replace(/\p{Surrogate}$/u, '');

const quotedText = (value: string): string => {
  const plain = quoted(value);
  return plain.startsWith('"') ? plain : `"${plain}"`;
};
