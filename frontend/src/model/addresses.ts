import type { Source } from '../bridge/types';
import { live } from './state.svelte';

/** The address of the local server. */
export const serverURL = (): string => live.state?.server.url ?? location.origin;

/** The address for subscribing to a source. */
export const addressOf = (source: Pick<Source, 'name'>): string =>
  `${serverURL()}/events/${encodeURIComponent(source.name)}`;
