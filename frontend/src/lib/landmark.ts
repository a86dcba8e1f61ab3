import type { Message } from '../bridge/types';

/** What the keys go to from place to place. Trouble is a gap that may miss something, and a connection that failed or was lost. */
export type Landmark = 'gap' | 'bookmark' | 'trouble';

export const isTrouble = ({ gap, note }: Message): boolean =>
  gap ? gap.missing !== 0 : note !== undefined && ['lost', 'failed', 'quiet', 'stopped'].includes(note.code);
