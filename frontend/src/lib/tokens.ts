/** The colours that JSON is shown in: a name, a string, a number, a literal, and all else. */
export type TokenKind = 'k' | 's' | 'n' | 'l' | '';

export interface Token {
  kind: TokenKind;
  text: string;
}

const PATTERN = /"(?:\\.|[^"\\])*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

/** Whether a text opens like a JSON object or list. Plain text in which a number stands is not coloured. */
export const looksLikeJSON = (text: string): boolean => /^\s*[{[]/.test(text);

/**
 * Cuts the beginning of a JSON text into coloured pieces. It is for a preview, which may be cut
 * anywhere: nothing is parsed, nothing fails, and the pieces joined are the text again. After
 * `most` pieces the rest comes as one.
 */
export function tokens(text: string, most = 80): Token[] {
  const out: Token[] = [];
  let done = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (out.length >= most) break;
    if (match.index > done) out.push({ kind: '', text: text.slice(done, match.index) });
    done = match.index + match[0].length;
    out.push({ kind: kindOf(match[0], text, done), text: match[0] });
  }
  if (done < text.length) out.push({ kind: '', text: text.slice(done) });
  return out;
}

function kindOf(token: string, text: string, end: number): TokenKind {
  const c = token[0];
  if (c === '"') {
    while (text[end] === ' ' || text[end] === '\n' || text[end] === '\t' || text[end] === '\r') end++;
    return text[end] === ':' ? 'k' : 's';
  }
  return c === 't' || c === 'f' || c === 'n' ? 'l' : 'n';
}

/** One line of a text that may have many: line breaks become a visible sign. */
export const oneLine = (text: string): string => text.replace(/\r\n|\r|\n/g, ' ⏎ ').replace(/\t/g, ' ');
