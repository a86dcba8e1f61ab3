/** One piece of what is typed in the filter; the pieces joined are the text again. */
export interface FilterPiece {
  text: string;
  /** A type, an id, a word, a word that must not occur; space between them. */
  kind: 'type' | 'id' | 'text' | 'without' | 'space';
}

/**
 * Cuts a filter into its pieces, in order to show them. What a filter means is the server's to say
 * (live.ParseFilter); this follows it only as far as the eye needs.
 */
export function filterPieces(text: string): FilterPiece[] {
  const out: FilterPiece[] = [];
  const pattern = /\s+|-?(?:(?:event|id):)?(?:"[^"]*(?:"|$)|\S+)/g;
  for (const [piece] of text.matchAll(pattern)) out.push({ text: piece, kind: kindOf(piece) });
  return out;
}

function kindOf(piece: string): FilterPiece['kind'] {
  if (piece.trim() === '') return 'space';
  if (piece.startsWith('event:')) return 'type';
  if (piece.startsWith('id:')) return 'id';
  return piece.length > 1 && piece.startsWith('-') ? 'without' : 'text';
}

/** The filter with the condition on the type replaced by one for this type alone. */
export function withType(text: string, type: string): string {
  const rest = filterPieces(text)
    .filter((p) => p.kind !== 'type' && p.kind !== 'space')
    .map((p) => p.text);
  const word = /[\s"]/.test(type) ? `"${type.replaceAll('"', '')}"` : type;
  return [`event:${word}`, ...rest].join(' ');
}
