import { api } from '../bridge/api';
import type { Landmark } from '../lib/landmark';
import { bookmarks } from '../model/bookmarks.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import { noise } from '../model/noise.svelte';
import type { Command } from '../model/commands.svelte';
import type { Panes } from '../model/panes.svelte';
import { place } from '../model/place.svelte';
import { publishModel } from '../model/publish.svelte';
import { shell } from '../model/shell.svelte';
import { sidebar } from '../model/sidebar.svelte';
import { m } from '../paraglide/messages';
import { toasts } from '../model/toasts.svelte';
import { messageActions } from './actions';
import { splitView } from './split';

/** What the commands need of the list on screen. */
export interface Hands {
  step: (by: 1 | -1) => void;
  same: (direction: 1 | -1) => void;
  landmark: (kind: Landmark, direction: 1 | -1) => void;
  screens: (by: 1 | -1) => void;
  home: () => void;
  end: () => void;
  inspect: () => void;
  close: () => void;
  filter: () => void;
  picture: () => void;
  menu: () => void;
}

let hands: Hands | null = null;

/** How often the user went to the other half of a split view. */
export const switches = $state({ count: 0 });

/** The list that the commands move: that of the active pane. The returned function takes it away. */
export function lend(list: Hands): () => void {
  hands = list;
  return () => {
    if (hands === list) hands = null;
  };
}

const move = (id: string, keys: string[], words: () => string, act: (list: Hands) => void): Command => ({
  id: `timeline.${id}`,
  keys,
  words,
  group: 'moving',
  scope: 'timeline',
  silent: true,
  when: () => hands !== null,
  act: () => hands && act(hands),
});
/** A movement over all of history. The palette has it too. */
const far = (id: string, key: string, words: () => string, kind: Landmark, direction: 1 | -1): Command => ({
  ...move(id, [key], words, (list) => list.landmark(kind, direction)),
  silent: false,
});
/** A movement to the first unread message of another source, in the order of the sidebar. */
const unread = (id: string, key: string, words: () => string, direction: 1 | -1): Command => ({
  ...move(id, [key], words, () => void attempt(() => toUnread(direction))),
  silent: false,
});
const reading = () => place.screen === 'timeline';

/** Marks the selected message if it is not marked, and asks for a comment in the inspector. */
async function comment(panes: Panes) {
  const { selected } = panes.timeline;
  if (!selected) return;
  layout.inspectorOpen = true;
  if (!bookmarks.of(selected.position)) await bookmarks.put(selected.position, '');
  bookmarks.asked++;
}

/** The most unread messages of a source among which the first is looked for. */
const MOST_UNREAD = 5000;

async function toUnread(direction: 1 | -1) {
  const sources = sidebar.rows.flatMap((row) => (row.kind === 'source' ? [row.source] : []));
  const at = sources.findIndex((s) => s.id === place.active.source);
  const from = at < 0 && direction < 0 ? 0 : at;
  const order = sources.map((_, i) => sources[(from + direction * (i + 1) + 2 * sources.length) % sources.length]);
  const next = order.find((s) => s.id !== place.active.source && noise.unread(s) > 0);
  if (!next) return void toasts.add(m.bookmarks_no_unread, { passing: true });
  const page = await api.page(next.name, { limit: Math.min(MOST_UNREAD, next.unread), preview: 1 });
  place.move({ source: next.id, q: '', at: '', message: page.messages[0]?.position ?? '' });
  sidebar.reveal(next.id);
}

/** The commands of the timeline. */
export const timelineCommands = (panes: Panes): readonly Command[] => [
  move('next', ['j', 'ArrowDown'], m.commands_next, (list) => list.step(1)),
  move('previous', ['k', 'ArrowUp'], m.commands_previous, (list) => list.step(-1)),
  move('page-down', ['PageDown'], m.commands_page_down, (list) => list.screens(1)),
  move('page-up', ['PageUp'], m.commands_page_up, (list) => list.screens(-1)),
  move('oldest', ['Home'], m.commands_oldest, (list) => list.home()),
  move('newest', ['End'], m.commands_newest, (list) => list.end()),
  move('next-same', ['n'], m.commands_next_same, (list) => list.same(1)),
  move('previous-same', ['p'], m.commands_previous_same, (list) => list.same(-1)),
  far('next-gap', 'o', m.bookmarks_next_gap, 'gap', 1),
  far('previous-gap', 'Shift+o', m.bookmarks_previous_gap, 'gap', -1),
  far('next-bookmark', 'm', m.bookmarks_next, 'bookmark', 1),
  far('previous-bookmark', 'Shift+m', m.bookmarks_previous, 'bookmark', -1),
  far('next-trouble', 't', m.bookmarks_next_trouble, 'trouble', 1),
  far('previous-trouble', 'Shift+t', m.bookmarks_previous_trouble, 'trouble', -1),
  unread('next-unread', 'u', m.bookmarks_next_unread, 1),
  unread('previous-unread', 'Shift+u', m.bookmarks_previous_unread, -1),
  {
    id: 'timeline.jump',
    keys: ['g t'],
    words: m.commands_jump,
    group: 'moving',
    when: reading,
    act: () => (shell.jump = true),
  },
  { ...move('inspect', ['Enter'], m.commands_inspect, (list) => list.inspect()), group: 'messages' },
  { ...move('menu', ['Shift+F10', 'ContextMenu'], m.inspector_actions, (list) => list.menu()), group: 'messages' },
  { ...move('close', ['Escape'], m.commands_close, (list) => list.close()), group: 'messages' },
  { ...move('copy', ['c'], m.commands_copy, () => void messageActions(panes).copySelected()), group: 'messages' },
  {
    ...move('compare', ['d'], m.compare_command, () => messageActions(panes).compare(null)),
    group: 'messages',
    silent: false,
    when: () => reading() && panes.timeline.selected?.kind === 'event',
  },
  {
    ...move('compare-with', ['x'], m.compare_with_command, () => {
      messageActions(panes).compare(panes.timeline.selected);
      toasts.add(m.compare_kept);
    }),
    group: 'messages',
    silent: false,
    when: () => reading() && panes.timeline.selected?.kind === 'event',
  },
  {
    ...move('pause', ['Space'], m.commands_pause, () =>
      panes.timeline.paused ? panes.timeline.resume() : panes.timeline.pause(),
    ),
    group: 'messages',
    silent: false,
  },
  {
    ...move('latest', [], m.commands_latest, () => void panes.timeline.latest()),
    keys: undefined,
    group: 'messages',
    silent: false,
  },
  {
    ...move('bookmark', ['b'], m.bookmarks_toggle, () => {
      const { selected } = panes.timeline;
      if (selected) void bookmarks.toggle(selected);
    }),
    group: 'messages',
    silent: false,
    when: () => panes.timeline.selected !== null,
  },
  {
    ...move('comment', ['Shift+b'], m.bookmarks_comment_command, () => void comment(panes)),
    group: 'messages',
    silent: false,
    when: () => panes.timeline.selected !== null,
  },
  { ...move('histogram', ['h'], m.histogram_command, (list) => list.picture()), silent: false },
  { ...move('filter', ['/', '$mod+f'], m.commands_filter, (list) => list.filter()), group: 'messages', silent: false },
  {
    id: 'timeline.split',
    keys: ['s'],
    words: () => (panes.split ? m.timeline_split_close() : m.timeline_split()),
    group: 'window',
    scope: 'timeline',
    when: reading,
    act: () => splitView(panes),
  },
  {
    id: 'timeline.switch',
    keys: ['w'],
    words: m.timeline_split_switch,
    group: 'window',
    scope: 'timeline',
    when: () => reading() && panes.split,
    act: () => {
      panes.switch();
      switches.count++;
    },
  },
  {
    id: 'window.inspector',
    keys: ['i'],
    words: m.commands_inspector,
    group: 'window',
    scope: 'timeline',
    when: reading,
    act: () => (layout.inspectorOpen = !layout.inspectorOpen),
  },
  {
    id: 'window.composer',
    keys: ['Shift+p'],
    words: m.commands_composer,
    group: 'window',
    scope: 'timeline',
    when: reading,
    act: () => {
      layout.composerOpen = !layout.composerOpen;
      // Who opens it by a key wants to type.
      if (layout.composerOpen) publishModel.focusRequests++;
    },
  },
];
