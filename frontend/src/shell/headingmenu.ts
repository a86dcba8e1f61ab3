import { ORDERS } from '../lib/sourcetree';
import { dialogs } from '../model/dialogs.svelte';
import { layout } from '../model/layout.svelte';
import type { Heading } from '../model/sidebar.svelte';
import { m } from '../paraglide/messages';
import type { MenuItem } from '../ui/Menu.svelte';

const orders = {
  name: m.sidebar_order_name,
  activity: m.sidebar_order_activity,
  trouble: m.sidebar_order_trouble,
};

/** The order that the sidebar has, in words. */
export const orderWords = (): string => orders[layout.order]();

/** Opens the dialog that adds a source to a part of the sidebar. */
export const add = (heading: Heading) => dialogs.open({ kind: heading === 'feeds' ? 'feed' : 'channel' });

/** The orders of the sidebar, and the sources that can be restored. */
export const orderMenu = (): MenuItem[] => [
  ...ORDERS.map((order) => ({
    id: order,
    label: orders[order](),
    icon: order === layout.order ? ('check' as const) : undefined,
    act: () => void (layout.order = order),
  })),
  {
    id: 'removed',
    label: m.notices_removed_command(),
    icon: 'undo',
    apart: true,
    act: () => dialogs.open({ kind: 'removed' }),
  },
];

/** What can be done with a part of the sidebar. */
export function headingMenu(heading: Heading): MenuItem[] {
  if (heading === 'views') return [];
  const label = heading === 'feeds' ? m.sidebar_add_feed() : m.sidebar_add_channel();
  const [first, ...rest] = orderMenu();
  return [{ id: 'add', label, icon: 'plus', act: () => add(heading) }, { ...first, apart: true }, ...rest];
}

/** What can be done with all messages, or with a view. */
export const viewMenu = (view: { source: number | null; q: string }): MenuItem[] => [
  {
    id: 'export',
    label: m.export_open(),
    icon: 'download',
    act: () => dialogs.open({ kind: 'export', source: view.source, q: view.q }),
  },
];
