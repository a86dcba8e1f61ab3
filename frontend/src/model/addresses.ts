import type { Source } from '../bridge/types';
import type { CurlServer } from '../lib/curl';
import { settingsModel } from './settings.svelte';
import { live } from './state.svelte';

/** The address of the local server. */
export const serverURL = (): string => live.state?.server.url ?? location.origin;

/** The local server, for commands. */
export const curlServer = (): CurlServer => ({
  url: serverURL(),
  token: settingsModel.current?.token_set ?? false,
});

/** The address for subscribing to a source. */
export const addressOf = (source: Pick<Source, 'name'>): string =>
  `${serverURL()}/events/${encodeURIComponent(source.name)}`;
