import { api } from '../bridge/api';
import { copy, openURL } from '../bridge/native';
import { ORDERS } from '../lib/sourcetree';
import { serverURL } from '../model/addresses';
import type { Command } from '../model/commands.svelte';
import { dialogs } from '../model/dialogs.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import { noise } from '../model/noise.svelte';
import { place } from '../model/place.svelte';
import { chooseLanguage } from '../model/settings.svelte';
import { shell } from '../model/shell.svelte';
import { sidebar } from '../model/sidebar.svelte';
import { live } from '../model/state.svelte';
import { theme } from '../model/theme.svelte';
import { toasts } from '../model/toasts.svelte';
import { zoom } from '../model/zoom.svelte';
import { m } from '../paraglide/messages';

/** Shows the previous or the next source, in the order of the sidebar. "All messages" is the first. */
async function step(by: 1 | -1) {
  // The key may be pressed before the sources are here.
  await live.loaded;
  const ids = [null, ...sidebar.rows.flatMap((row) => (row.kind === 'source' ? [row.source.id] : []))];
  place.open(ids[(ids.indexOf(place.active.source) + by + ids.length) % ids.length]);
}

/** Goes to a screen, and moves the focus there. */
const enter = (go: () => void) => () => {
  go();
  shell.focusRequests++;
};

const samples = () => live.state?.samples ?? false;
/** The view that is shown, if it is one of those that were kept. */
const shownView = () => layout.views.find((v) => v.source === place.active.source && v.q === place.active.q);

const row = (id: string, keys: string[], words: () => string, act: () => unknown): Command => ({
  id: `sidebar.${id}`,
  keys,
  words,
  group: 'sources',
  scope: 'sidebar',
  silent: true,
  act,
});

/** The commands of the whole program and of the sidebar. */
export const shellCommands: readonly Command[] = [
  {
    id: 'palette',
    keys: ['$mod+k'],
    words: m.commands_palette,
    group: 'go',
    silent: true,
    act: () => (shell.palette = shell.palette === null ? '' : null),
  },
  { id: 'go.all', keys: ['g a'], words: m.commands_all, group: 'go', act: enter(() => place.open(null)) },
  {
    id: 'go.health',
    keys: ['g h'],
    words: m.commands_health,
    group: 'go',
    act: enter(() => place.go({ screen: 'health' })),
  },
  {
    id: 'go.bookmarks',
    keys: ['g b'],
    words: m.bookmarks_command,
    group: 'go',
    act: enter(() => place.go({ screen: 'bookmarks' })),
  },
  { id: 'go.next', keys: [']'], words: m.commands_next_source, group: 'go', act: () => step(1) },
  { id: 'go.previous', keys: ['['], words: m.commands_previous_source, group: 'go', act: () => step(-1) },
  { id: 'go.back', keys: ['Alt+ArrowLeft'], words: m.commands_back, group: 'go', act: () => place.back() },
  { id: 'go.forward', keys: ['Alt+ArrowRight'], words: m.commands_forward, group: 'go', act: () => place.forward() },
  { id: 'go.find', keys: ['g s'], words: m.commands_find_source, group: 'go', act: () => shell.searches++ },
  {
    id: 'go.link',
    words: m.commands_copy_link,
    group: 'go',
    when: () => place.screen === 'timeline',
    act: () => {
      const { source, q, at, message } = place.active;
      return attempt(() => copy(place.address(serverURL(), { source, q, at, message })), m.sources_copied_link);
    },
  },

  row('next', ['ArrowDown'], m.commands_row_next, () => sidebar.move(1)),
  row('previous', ['ArrowUp'], m.commands_row_previous, () => sidebar.move(-1)),
  row('more', ['Shift+ArrowDown'], m.commands_row_more, () => sidebar.move(1, true)),
  row('less', ['Shift+ArrowUp'], m.commands_row_less, () => sidebar.move(-1, true)),
  row('page-down', ['PageDown'], m.commands_page_down, () => sidebar.move(20)),
  row('page-up', ['PageUp'], m.commands_page_up, () => sidebar.move(-20)),
  row('first', ['Home'], m.commands_row_first, () => sidebar.first()),
  row('last', ['End'], m.commands_row_last, () => sidebar.last()),
  row('unfold', ['ArrowRight'], m.commands_row_unfold, () => sidebar.unfold()),
  row('fold', ['ArrowLeft'], m.commands_row_fold, () => sidebar.foldOrLeave()),
  row('open', ['Enter'], m.commands_row_open, () => {
    // Opening what is shown goes there.
    const here = sidebar.isShown();
    sidebar.activate();
    if (here) shell.focusRequests++;
  }),
  row('select', ['Space'], m.commands_row_select, () => sidebar.toggle()),
  row('all', ['$mod+a'], m.commands_row_all, () => sidebar.selectAll()),
  row('menu', ['Shift+F10', 'ContextMenu'], m.commands_row_menu, () => shell.sidebarMenu?.()),
  row('leave', ['Escape'], m.commands_row_leave, () => sidebar.leave() || shell.focusRequests++),

  {
    id: 'sources.follow',
    words: m.commands_follow,
    group: 'sources',
    act: () => dialogs.open({ kind: 'feed' }),
  },
  { id: 'sources.create', words: m.commands_create, group: 'sources', act: () => dialogs.open({ kind: 'channel' }) },
  {
    id: 'sources.removed',
    words: m.notices_removed_command,
    group: 'sources',
    act: () => dialogs.open({ kind: 'removed' }),
  },
  {
    id: 'sources.reconnect',
    words: m.commands_reconnect_all,
    group: 'sources',
    act: () => attempt(() => api.reconnectAll()),
  },
  { id: 'sources.seen', words: m.commands_seen_all, group: 'sources', act: () => attempt(() => api.seenAll()) },
  ...ORDERS.map<Command>((order) => ({
    id: `sources.order-${order}`,
    words: { name: m.commands_order_name, activity: m.commands_order_activity, trouble: m.commands_order_trouble }[
      order
    ],
    group: 'sources',
    when: () => layout.order !== order,
    act: () => {
      layout.order = order;
      sidebar.settle();
    },
  })),
  {
    id: 'sources.hidden',
    words: m.commands_show_hidden,
    group: 'sources',
    when: () => layout.hidden.length > 0,
    act: () => (noise.showing = !noise.showing),
  },
  {
    id: 'export.shown',
    words: m.export_command,
    group: 'messages',
    when: () => place.screen === 'timeline',
    act: () => dialogs.open({ kind: 'export', source: place.active.source, q: place.active.q }),
  },
  {
    id: 'view.keep',
    words: m.commands_keep_view,
    group: 'sources',
    when: () => place.screen === 'timeline' && place.active.q !== '',
    act: () => (shell.keeping = true),
  },
  {
    id: 'view.drop',
    words: m.commands_drop_view,
    group: 'sources',
    when: () => place.screen === 'timeline' && shownView() !== undefined,
    act: () => noise.drop(shownView()?.name ?? ''),
  },

  {
    id: 'samples.start',
    words: m.commands_samples_start,
    group: 'samples',
    when: () => !samples(),
    act: () => attempt(() => api.startSamples()),
  },
  {
    id: 'samples.stop',
    words: m.commands_samples_stop,
    group: 'samples',
    when: samples,
    act: () => attempt(() => api.stopSamples()),
  },
  {
    id: 'samples.remove',
    words: m.commands_samples_remove,
    group: 'samples',
    when: () => (live.state?.samples_made.length ?? 0) > 0,
    act: () => dialogs.open({ kind: 'samples' }),
  },
  {
    id: 'server.address',
    words: m.commands_copy_address,
    group: 'server',
    act: () => attempt(() => copy(serverURL()), m.sources_copied({ text: serverURL() })),
  },
  {
    id: 'server.examples',
    words: m.commands_examples,
    group: 'server',
    act: () => attempt(() => openURL(`${serverURL()}/examples/`)),
  },
  { id: 'theme.dark', words: m.commands_dark, group: 'window', act: () => theme.choose('dark') },
  { id: 'theme.light', words: m.commands_light, group: 'window', act: () => theme.choose('light') },
  { id: 'theme.system', words: m.commands_system, group: 'window', act: () => theme.choose('system') },
  { id: 'language.system', words: m.commands_language_system, group: 'window', act: () => chooseLanguage('system') },
  { id: 'language.en', words: m.commands_language_en, group: 'window', act: () => chooseLanguage('en') },
  { id: 'language.zh', words: m.commands_language_zh, group: 'window', act: () => chooseLanguage('zh') },
  {
    id: 'window.zoom-in',
    words: m.notices_zoom_in,
    group: 'window',
    when: () => zoom.possible,
    act: () => zoom.step(1),
  },
  {
    id: 'window.zoom-out',
    words: m.notices_zoom_out,
    group: 'window',
    when: () => zoom.possible,
    act: () => zoom.step(-1),
  },
  {
    id: 'window.zoom-usual',
    words: m.notices_zoom_usual,
    group: 'window',
    when: () => zoom.possible,
    act: () => zoom.reset(),
  },
  {
    id: 'window.zoom-large',
    words: m.notices_zoom_large,
    group: 'window',
    when: () => zoom.possible,
    act: () => zoom.set(150),
  },
  {
    id: 'window.undo',
    keys: ['$mod+z'],
    words: m.commands_undo,
    group: 'window',
    when: () => toasts.offer !== undefined,
    act: () => toasts.offer && toasts.act(toasts.offer),
  },
  { id: 'window.notices', words: m.notices_open, group: 'window', act: () => dialogs.open({ kind: 'notices' }) },
  {
    id: 'window.settings',
    words: m.commands_settings,
    group: 'window',
    act: () => dialogs.open({ kind: 'settings' }),
  },
  { id: 'window.help', keys: ['?'], words: m.commands_help, group: 'window', act: () => (shell.help = true) },
];

/** The names of the groups. */
export const groupWords: Record<Command['group'], () => string> = {
  moving: m.commands_group_moving,
  messages: m.commands_group_messages,
  sources: m.commands_group_sources,
  go: m.commands_group_go,
  window: m.commands_group_window,
  server: m.commands_group_server,
  samples: m.commands_group_samples,
};
