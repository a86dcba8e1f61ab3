import { api } from '../bridge/api';
import type { Health, Source } from '../bridge/types';
import { unreadable } from '../lib/health';
import { m } from '../paraglide/messages';
import type { MenuItem } from '../ui/menu';
import { dialogs } from './dialogs.svelte';
import { toasts } from './toasts.svelte';

/** Runs an action, and shows its error if it fails. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<void> {
  try {
    await act();
    if (done) toasts.add(done);
  } catch (error) {
    toasts.fail(error);
  }
}

/** The actions on a feed, the same in every menu. */
export function feedActions(source: Source, health: Health | undefined = source.health): MenuItem[] {
  const { name } = source;
  const paused = source.feed?.paused ?? false;
  const broken = health !== undefined && unreadable(health);
  const items: MenuItem[] = [
    {
      id: 'reconnect',
      icon: 'reload',
      label: m.dialogs_action_reconnect(),
      disabled: paused || broken,
      act: () => void attempt(() => api.reconnectFeed(name), m.dialogs_action_reconnecting({ name })),
    },
    paused
      ? {
          id: 'resume',
          icon: 'play',
          label: m.dialogs_action_resume(),
          act: () => void attempt(() => api.resumeFeed(name)),
        }
      : {
          id: 'pause',
          icon: 'pause',
          label: m.dialogs_action_pause(),
          disabled: broken,
          act: () => void attempt(() => api.pauseFeed(name)),
        },
    { id: 'edit', icon: 'edit', label: m.dialogs_action_edit(), act: () => dialogs.open({ kind: 'feed', feed: name }) },
  ];
  if (health?.certificate) {
    const fingerprint = health.certificate;
    items.push({
      id: 'certificate',
      icon: 'lock',
      label: m.dialogs_action_certificate(),
      act: () => dialogs.open({ kind: 'certificate', feed: name, fingerprint }),
    });
  }
  items.push({
    id: 'remove',
    icon: 'trash',
    label: m.dialogs_action_remove(),
    danger: true,
    apart: true,
    act: () => dialogs.open({ kind: 'remove', source }),
  });
  return items;
}
