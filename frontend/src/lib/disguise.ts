/** A piece of a text: shown as it is, or a character that would not be seen, or would turn others round. */
export interface Piece {
  text: string;
  /** What is shown in place of the text: "U+202E". */
  sign?: string;
}

// C0 and C1 controls except tab and line breaks, the soft hyphen, invisible operators and spaces, marks,
// embeddings, overrides and isolates of direction, and the byte order mark. Joiners (U+200C, U+200D) are
// part of ordinary text in many scripts and in emoji.
const HIDDEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;

/** The characters that are replaced by a sign, for an editor. */
export const hidden = (): RegExp => new RegExp(HIDDEN.source, 'g');

export const signOf = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;

/** Splits a text at its hidden characters. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let done = 0;
  for (const found of text.matchAll(HIDDEN)) {
    if (found.index > done) out.push({ text: text.slice(done, found.index) });
    out.push({ text: found[0], sign: signOf(found[0].charCodeAt(0)) });
    done = found.index + found[0].length;
  }
  if (done < text.length || out.length === 0) out.push({ text: text.slice(done) });
  return out;
}

/** A text with signs for its hidden characters, for a place that shows only text. */
export const shown = (text: string): string => text.replace(HIDDEN, (c) => `\u2039${signOf(c.charCodeAt(0))}\u203a`);
