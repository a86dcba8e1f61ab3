import { api } from '../bridge/api';
import { copy } from '../bridge/native';
import type { Source } from '../bridge/types';
import { unreadable } from '../lib/health';
import { followCommand } from '../lib/curl';
import { printed } from '../lib/keys';
import { addressOf, curlServer, serverURL } from '../model/addresses';
import type { Command } from '../model/commands.svelte';
import { dialogs } from '../model/dialogs.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import { noise } from '../model/noise.svelte';
import { place } from '../model/place.svelte';
import { sidebar } from '../model/sidebar.svelte';
import { live } from '../model/state.svelte';
import { m } from '../paraglide/messages';
import type { IconName } from '../ui/icons';
import type { MenuItem } from '../ui/Menu.svelte';

/** Something that can be done to one source or to several at once. */
interface SourceAction {
  id: string;
  words: () => string;
  icon?: IconName;
  /** Keys that work while the focus is in the sidebar. */
  keys?: readonly string[];
  danger?: boolean;
  /** Draws a line above. */
  apart?: boolean;
  /** Whether menus show it, and whether it can be used. Without them: always. */
  shows?: (sources: readonly Source[]) => boolean;
  usable?: (sources: readonly Source[]) => boolean;
  act: (sources: readonly Source[]) => unknown;
}

const one = (sources: readonly Source[]) => sources.length === 1;
const feeds = (sources: readonly Source[]) => sources.filter((s) => s.kind === 'feed');
const healthy = (s: Source) => !s.health || !unreadable(s.health);
const running = (sources: readonly Source[]) => feeds(sources).filter((s) => !s.feed?.paused && healthy(s));
const paused = (sources: readonly Source[]) => feeds(sources).filter((s) => s.feed?.paused);
const ids = (sources: readonly Source[]) => sources.map((s) => s.id);

/** Whether new and missing fields of a source are told: of feeds, unless the user has chosen. */
const watched = ({ id, kind }: Pick<Source, 'id' | 'kind'>) => layout.shapes[id] ?? kind === 'feed';
const watchShape = (s: readonly Source[], on: boolean) =>
  (layout.shapes = { ...layout.shapes, ...Object.fromEntries(s.map(({ id }) => [id, on])) });

/** Runs a request for each source, a few at a time, and shows the first error. */
const forEach = (sources: readonly Source[], request: (name: string) => Promise<unknown>, done?: string) =>
  attempt(async () => {
    for (let i = 0; i < sources.length; i += 4) await Promise.all(sources.slice(i, i + 4).map((s) => request(s.name)));
  }, done);

const actions: readonly SourceAction[] = [
  {
    id: 'only',
    words: m.sources_only,
    icon: 'search',
    shows: (s) => one(s) && s[0].id !== place.active.source,
    act: ([source]) => place.open(source.id, place.active.q),
  },
  {
    id: 'reconnect',
    words: m.sources_reconnect,
    icon: 'reload',
    shows: (s) => feeds(s).length > 0,
    usable: (s) => running(s).length > 0,
    act: (s) =>
      forEach(
        running(s),
        api.reconnectFeed,
        one(s)
          ? m.sources_reconnecting({ name: s[0].name })
          : m.sources_reconnecting_several({ count: running(s).length }),
      ),
  },
  {
    id: 'pause',
    words: m.sources_pause,
    icon: 'pause',
    shows: (s) => feeds(s).length > paused(s).length,
    usable: (s) => running(s).length > 0,
    act: (s) => forEach(running(s), api.pauseFeed),
  },
  {
    id: 'resume',
    words: m.sources_resume,
    icon: 'play',
    shows: (s) => paused(s).length > 0,
    act: (s) => forEach(paused(s), api.resumeFeed),
  },
  {
    id: 'edit',
    words: m.sources_edit,
    icon: 'edit',
    keys: ['F2'],
    shows: one,
    act: ([{ kind, name }]) =>
      dialogs.open(kind === 'feed' ? { kind: 'feed', feed: name } : { kind: 'channel', channel: name }),
  },
  {
    id: 'certificate',
    words: m.sources_certificate,
    icon: 'lock',
    shows: (s) => one(s) && !!s[0].health?.certificate,
    act: ([{ name, health }]) =>
      dialogs.open({ kind: 'certificate', feed: name, fingerprint: health?.certificate ?? '' }),
  },
  {
    id: 'seen',
    words: m.sources_seen,
    icon: 'check',
    apart: true,
    usable: (s) => s.some((one) => one.unread > 0),
    act: (s) =>
      forEach(
        s.filter((one) => one.unread > 0),
        api.seen,
      ),
  },
  {
    id: 'mute',
    words: m.sources_mute,
    icon: 'bell-off',
    shows: (s) => s.some(({ id }) => !noise.isMuted(id)),
    act: (s) => noise.mute(ids(s), true),
  },
  {
    id: 'unmute',
    words: m.sources_unmute,
    icon: 'bell',
    shows: (s) => s.every(({ id }) => noise.isMuted(id)),
    act: (s) => noise.mute(ids(s), false),
  },
  {
    id: 'hide',
    words: m.sources_hide,
    icon: 'eye-off',
    shows: (s) => s.some(({ id }) => !noise.isHidden(id)),
    act: (s) => noise.hide(ids(s), true),
  },
  {
    id: 'unhide',
    words: m.sources_unhide,
    icon: 'eye',
    shows: (s) => s.every(({ id }) => noise.isHidden(id)),
    act: (s) => noise.hide(ids(s), false),
  },
  {
    id: 'watch-shape',
    words: m.sources_watch_shape,
    icon: 'wave',
    shows: (s) => s.some((one) => !watched(one)),
    act: (s) => watchShape(s, true),
  },
  {
    id: 'leave-shape',
    words: m.sources_leave_shape,
    icon: 'wave',
    shows: (s) => s.every(watched),
    act: (s) => watchShape(s, false),
  },
  {
    id: 'address',
    words: m.sources_copy_address,
    icon: 'copy',
    apart: true,
    shows: one,
    act: ([source]) => {
      const text = addressOf(source);
      return attempt(
        () => copy(text),
        () => m.sources_copied({ text }),
      );
    },
  },
  {
    id: 'curl',
    words: m.data_copy_follow,
    icon: 'copy',
    shows: one,
    act: ([source]) => attempt(() => copy(followCommand(curlServer(), source.name)), m.inspector_copied_curl),
  },
  {
    id: 'export',
    words: m.export_open,
    icon: 'download',
    shows: one,
    act: ([{ id }]) =>
      dialogs.open({ kind: 'export', source: id, q: place.active.source === id ? place.active.q : '' }),
  },
  {
    id: 'link',
    words: m.sources_copy_link,
    icon: 'link',
    shows: one,
    act: ([{ id }]) => attempt(() => copy(place.address(serverURL(), { source: id })), m.sources_copied_link),
  },
  {
    id: 'remove',
    words: m.sources_remove,
    icon: 'trash',
    keys: ['Delete'],
    danger: true,
    apart: true,
    act: (s) => dialogs.open(one(s) ? { kind: 'remove', source: s[0] } : { kind: 'remove-several', sources: s }),
  },
];

/** The actions on one source or on several, for a menu. Removing is the last, set apart. */
export function sourceMenu(about: Source | readonly Source[]): MenuItem[] {
  const sources = 'id' in about ? [about] : about;
  return actions
    .filter((action) => action.shows?.(sources) ?? true)
    .map(({ id, words, icon, keys, danger, apart, usable, act }) => ({
      id,
      label: words(),
      icon,
      keys: keys && printed(keys[0]).join(' '),
      danger,
      apart,
      disabled: !(usable?.(sources) ?? true),
      act: () => void act(sources),
    }));
}

/** The sources that a command is about: those selected in the sidebar, or else the one that is shown. */
function targets(): readonly Source[] {
  if (sidebar.selection.size > 0 || sidebar.focused) return sidebar.targets;
  const shown =
    place.screen === 'timeline' && place.active.source !== null ? live.byId(place.active.source) : undefined;
  return shown ? [shown] : sidebar.targets;
}

/** The same actions as commands. */
export const sourceCommands: readonly Command[] = actions.map((action) => ({
  id: `source.${action.id}`,
  words: () => {
    const about = targets();
    if (about.length === 0) return action.words();
    return one(about)
      ? m.sources_about_one({ action: action.words(), name: about[0].name })
      : m.sources_about_several({ action: action.words(), count: about.length });
  },
  group: 'sources',
  keys: action.keys,
  scope: 'sidebar',
  when: () => {
    const about = targets();
    return about.length > 0 && (action.shows?.(about) ?? true) && (action.usable?.(about) ?? true);
  },
  act: () => action.act(targets()),
}));
