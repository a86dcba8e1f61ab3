/** Reads a number as people type it: with spaces or commas between thousands, and a point for decimals. Returns null for an empty text, NaN for an invalid one. */
export function parseNumber(text: string): number | null {
  const t = text.trim();
  if (t === '') return null;
  if (/^-?\d{1,3}([,\u00a0\u202f ]\d{3})+(\.\d+)?$/.test(t)) return Number(t.replace(/[^\d.-]/g, ''));
  return /^-?\d+(\.\d+)?$/.test(t) ? Number(t) : NaN;
}
