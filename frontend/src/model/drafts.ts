/** The fields of the publish form, all as typed text. */
export interface Draft {
  channel: string;
  event: string;
  id: string;
  retry: string;
  data: string;
}

/** A draft that was replaced. */
export interface PastDraft extends Draft {
  /** When it was replaced. */
  at: string;
}

/** How many replaced drafts are kept, and how many bytes of them are stored with the layout. */
export const MOST_DRAFTS = 20;
export const STORED_BYTES = 24 << 10;

const FIELDS = ['channel', 'event', 'id', 'retry', 'data'] as const;

/** Whether a draft has something to lose. */
export const isTyped = ({ event, id, retry, data }: Draft): boolean => Boolean(event || id || retry || data);

/** Whether two drafts say the same, to whichever channel. */
export const sameDraft = (a: Draft, b: Draft): boolean =>
  FIELDS.every((name) => name === 'channel' || a[name] === b[name]);

/** Adds a draft in front, unless it is empty. The same draft is kept once. */
export function withDraft(drafts: readonly PastDraft[], draft: Draft, at: string): PastDraft[] {
  const rest = drafts.filter((d) => !sameDraft(d, draft));
  const { channel, event, id, retry, data } = draft;
  if (!isTyped(draft)) return rest;
  return [{ channel, event, id, retry, data, at }, ...rest].slice(0, MOST_DRAFTS);
}

/** The drafts that are stored: the newest, as far as there is room. A long one lasts only as long as the page. */
export function storable(drafts: readonly PastDraft[]): PastDraft[] {
  let left = STORED_BYTES;
  return drafts.filter((draft) => {
    if (draft.data.length > left) return false;
    const bytes = new TextEncoder().encode(JSON.stringify(draft)).length;
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}

/** The draft in the form as it is stored: null if it is empty or too long. */
export function storableDraft(draft: Draft | null): Draft | null {
  return draft && isTyped(draft) && storable([{ ...draft, at: '' }]).length > 0 ? draft : null;
}

/** Reads what storableDraft returned. */
export function readDraft(stored: unknown): Draft | null {
  const [draft] = readDrafts([{ ...(stored as object), at: '' }]);
  if (!draft) return null;
  const { at: _, ...fields } = draft;
  return fields;
}

/** Reads what storable returned. What is no draft is left out. */
export function readDrafts(stored: unknown): PastDraft[] {
  if (!Array.isArray(stored)) return [];
  return stored.filter(
    (d): d is PastDraft =>
      typeof d === 'object' && d !== null && [...FIELDS, 'at'].every((n) => typeof d[n] === 'string'),
  );
}
