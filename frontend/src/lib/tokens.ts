/** The kinds of tokens, each with its colour: a name, a string, a number, a literal, anything else. */
export type TokenKind = 'k' | 's' | 'n' | 'l' | '';

export interface Token {
  kind: TokenKind;
  text: string;
}

const PATTERN = /"(?:\\.|[^"\\])*(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/g;

/** Whether a text begins like a JSON object or list. Plain text that contains a number is not coloured. */
export const looksLikeJSON = (text: string): boolean => /^\s*[{[]/.test(text);

/**
 * Splits the beginning of a JSON text into coloured tokens. A preview may end anywhere, so this
 * does not parse and cannot fail. All tokens joined are the text; after `most` tokens the remaining
 * text is one token.
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

/** A text on one line, with a visible sign for each line break. */
export const oneLine = (text: string): string => text.replace(/\r\n|\r|\n/g, ' ⏎ ').replace(/\t/g, ' ');
