/** A token of a filter. All tokens joined are the text of the filter. */
export interface FilterPiece {
  text: string;
  /** An event type, an id, a kind, a word, an excluded word, or the space between them. */
  kind: 'type' | 'id' | 'is' | 'text' | 'without' | 'space';
  /** The server refused this part. */
  wrong?: boolean;
}

/**
 * Splits a filter into tokens in order to colour them. The server decides what a filter means
 * (live.ParseFilter); this only imitates it.
 */
export function filterPieces(text: string): FilterPiece[] {
  const out: FilterPiece[] = [];
  const pattern = /\s+|-?(?:(?:event|id|is):)?(?:"[^"]*(?:"|$)|\S+)/g;
  for (const [piece] of text.matchAll(pattern)) out.push({ text: piece, kind: kindOf(piece) });
  return out;
}

function kindOf(piece: string): FilterPiece['kind'] {
  if (piece.trim() === '') return 'space';
  if (piece.startsWith('event:')) return 'type';
  if (piece.startsWith('id:')) return 'id';
  if (/^-?is:/.test(piece)) return 'is';
  return piece.length > 1 && piece.startsWith('-') ? 'without' : 'text';
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

/** Whether a filter shows events: is:gap and is:note alone do not. */
export function wantsEvents(text: string): boolean {
  const terms = filterPieces(text).filter((p) => p.kind === 'is');
  const names = (minus: boolean) =>
    terms
      .filter((p) => p.text.startsWith('-') === minus)
      .flatMap((p) =>
        p.text
          .replace(/^-?is:/, '')
          .replaceAll('"', '')
          .split(','),
      );
  const only = names(false);
  return (only.length === 0 || only.includes('event')) && !names(true).includes('event');
}

/** The filter without its gaps and notes. */
export const eventsOnly = (text: string): string =>
  [
    'is:event',
    ...filterPieces(text)
      .filter((p) => p.kind !== 'is' && p.kind !== 'space')
      .map((p) => p.text),
  ].join(' ');

/** The filter with its condition on the type replaced by this type. */
export function withType(text: string, type: string): string {
  const rest = filterPieces(text)
    .filter((p) => p.kind !== 'type' && p.kind !== 'space')
    .map((p) => p.text);
  const word = /[\s"]/.test(type) ? `"${type.replaceAll('"', '')}"` : type;
  return [`event:${word}`, ...rest].join(' ');
}
