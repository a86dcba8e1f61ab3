import { api } from '../bridge/api';
import { copy } from '../bridge/native';
import type { Source } from '../bridge/types';
import type { MenuItem } from '../ui/Menu.svelte';
import { dialogs } from './dialogs.svelte';
import { live } from './state.svelte';
import { toasts } from './toasts.svelte';

/** Does something, shows its effect at once, and says so where it failed. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await act();
    if (done) toasts.add(done);
    await live.pull();
  } catch (error) {
    toasts.fail(error);
  }
}

/** The address at which a source can be subscribed to. */
export const addressOf = (source: Pick<Source, 'name'>): string =>
  `${live.state?.server.url ?? location.origin}/events/${encodeURIComponent(source.name)}`;

/** What can be done with a source. */
export function sourceMenu(source: Source): MenuItem[] {
  const { name } = source;
  const paused = source.feed?.paused ?? false;
  const feed: MenuItem[] = [
    { label: 'Edit…', icon: 'edit', act: () => dialogs.open({ kind: 'feed', feed: name }) },
    paused
      ? { label: 'Resume following', icon: 'play', act: () => attempt(() => api.resumeFeed(name)) }
      : { label: 'Pause following', icon: 'pause', act: () => attempt(() => api.pauseFeed(name)) },
    { label: 'Reconnect now', icon: 'reload', disabled: paused, act: () => attempt(() => api.reconnectFeed(name)) },
  ];
  const channel: MenuItem[] = [
    { label: 'Edit…', icon: 'edit', act: () => dialogs.open({ kind: 'channel', channel: name }) },
  ];
  return [
    ...(source.kind === 'feed' ? feed : channel),
    {
      label: 'Copy its address here',
      icon: 'copy',
      apart: true,
      act: () => attempt(() => copy(addressOf(source)), `Copied ${addressOf(source)}`),
    },
    { label: 'Mark as seen', icon: 'check', disabled: source.unread === 0, act: () => attempt(() => api.seen(name)) },
    {
      label: 'Remove…',
      icon: 'trash',
      danger: true,
      apart: true,
      act: () => dialogs.open({ kind: 'remove', source }),
    },
  ];
}
