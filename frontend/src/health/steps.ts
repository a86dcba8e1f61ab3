import type { Step } from '../model/attempts.svelte';

/** The colour of each step of an attempt to connect. */
export const colourOf: Record<Step['name'], string> = {
  DNS: 'var(--src-5)',
  Connect: 'var(--src-2)',
  TLS: 'var(--src-4)',
  'First byte': 'var(--src-1)',
};
