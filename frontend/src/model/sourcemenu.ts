import { api } from '../bridge/api';
import { copy } from '../bridge/native';
import type { Source } from '../bridge/types';
import type { MenuItem } from '../ui/menu';
import { dialogs } from './dialogs.svelte';
import { attempt, feedActions } from './feedactions';
import { place } from './place.svelte';
import { live } from './state.svelte';

/** The address of the local server. */
export const serverURL = (): string => live.state?.server.url ?? location.origin;

/** The address for subscribing to a source. */
export const addressOf = (source: Pick<Source, 'name'>): string =>
  `${serverURL()}/events/${encodeURIComponent(source.name)}`;

const channelActions = (source: Source): MenuItem[] => [
  { id: 'edit', icon: 'edit', label: 'Edit…', act: () => dialogs.open({ kind: 'channel', channel: source.name }) },
  {
    id: 'remove',
    icon: 'trash',
    label: 'Remove…',
    danger: true,
    apart: true,
    act: () => dialogs.open({ kind: 'remove', source }),
  },
];

/** The actions on a source. Removing it is the last, set apart. */
export function sourceMenu(source: Source): MenuItem[] {
  const own = source.kind === 'feed' ? feedActions(source) : channelActions(source);
  const address = addressOf(source);
  return [
    ...own.slice(0, -1),
    {
      id: 'copy',
      label: 'Copy its address here',
      icon: 'copy',
      apart: true,
      act: () => attempt(() => copy(address), `Copied ${address}`),
    },
    {
      id: 'link',
      label: 'Copy link',
      icon: 'copy',
      act: () => attempt(() => copy(place.address(serverURL(), { source: source.id })), 'Copied the link'),
    },
    {
      id: 'seen',
      label: 'Mark as seen',
      icon: 'check',
      disabled: source.unread === 0,
      act: () => attempt(() => api.seen(source.name)),
    },
    ...own.slice(-1),
  ];
}
