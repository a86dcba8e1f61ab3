import { api } from '../bridge/api';
import { copy, openURL } from '../bridge/native';
import { m } from '../paraglide/messages';
import { dialogs } from '../model/dialogs.svelte';
import type { Command } from '../model/palette';
import { layout } from '../model/layout.svelte';
import { place } from '../model/place.svelte';
import { shell } from '../model/shell.svelte';
import { attempt } from '../model/feedactions';
import type { Panes } from '../model/panes.svelte';
import { live } from '../model/state.svelte';
import { theme } from '../model/theme.svelte';
import { splitView } from '../timeline/split';

/** The commands that the palette offers at the moment. */
export function commands(panes: Panes): Command[] {
  const { timeline } = panes;
  const go = live.sources.map<Command>((s) => ({
    title: s.name,
    group: s.kind === 'feed' ? 'Remote feed' : 'Local channel',
    act: () => place.open(s.id),
  }));
  const samples = live.state?.samples ?? false;
  const reading: Command[] = [
    timeline.paused
      ? { title: 'Resume at the latest', group: 'Timeline', act: () => void timeline.latest() }
      : { title: 'Pause', group: 'Timeline', keys: 'Space', act: () => timeline.pause() },
    { title: 'Jump to a time…', group: 'Timeline', keys: 'g t', act: () => (shell.jump = true) },
    {
      title: panes.split ? m.timeline_split_close() : m.timeline_split(),
      group: 'Timeline',
      keys: 's',
      act: () => splitView(panes),
    },
    ...(panes.split
      ? [{ title: m.timeline_split_switch(), group: 'Timeline', keys: 'w', act: () => panes.switch() }]
      : []),
    {
      title: 'Show or hide the inspector',
      group: 'Window',
      keys: 'i',
      act: () => (layout.inspectorOpen = !layout.inspectorOpen),
    },
    {
      title: 'Show or hide the publish form',
      group: 'Window',
      keys: 'b',
      act: () => (layout.composerOpen = !layout.composerOpen),
    },
  ];
  return [
    { title: 'All messages', group: 'Go to', keys: 'g a', act: () => place.open(null) },
    { title: 'Connection health', group: 'Go to', keys: 'g h', act: () => place.go({ screen: 'health' }) },
    ...go,
    { title: 'Follow a feed…', group: 'Sources', act: () => dialogs.open({ kind: 'feed' }) },
    { title: 'Create a channel…', group: 'Sources', act: () => dialogs.open({ kind: 'channel' }) },
    { title: m.notices_removed_command(), group: 'Sources', act: () => dialogs.open({ kind: 'removed' }) },
    { title: 'Reconnect all feeds', group: 'Sources', act: () => attempt(() => api.reconnectAll()) },
    { title: 'Mark everything as seen', group: 'Sources', act: () => attempt(() => api.seenAll()) },
    samples
      ? { title: 'Stop the sample events', group: 'Sources', act: () => attempt(() => api.stopSamples()) }
      : { title: 'Start the sample events', group: 'Sources', act: () => attempt(() => api.startSamples()) },
    ...(live.state?.samples_made.length
      ? [
          {
            title: samples
              ? 'Stop the sample events and remove their sources…'
              : 'Remove the sources of the sample events…',
            group: 'Sources',
            act: () => dialogs.open({ kind: 'samples' }),
          },
        ]
      : []),
    ...(place.screen === 'timeline' ? reading : []),
    {
      title: 'Copy the address of the local server',
      group: 'Server',
      act: () => attempt(() => copy(live.state?.server.url ?? location.origin), 'Copied'),
    },
    {
      title: 'Open the example pages in a browser',
      group: 'Server',
      act: () => attempt(() => openURL(`${live.state?.server.url ?? location.origin}/examples/`)),
    },
    { title: 'Dark theme', group: 'Theme', act: () => theme.choose('dark') },
    { title: 'Light theme', group: 'Theme', act: () => theme.choose('light') },
    { title: 'System theme', group: 'Theme', act: () => theme.choose('system') },
    { title: m.notices_open(), group: 'Window', act: () => dialogs.open({ kind: 'notices' }) },
    { title: 'Settings…', group: 'Window', act: () => dialogs.open({ kind: 'settings' }) },
    { title: 'Keyboard shortcuts', group: 'Help', keys: '?', act: () => (shell.help = true) },
  ];
}

/** The command that searches all messages. */
export const searchFor = (text: string): Command => ({
  title: `Search every message for “${text}”`,
  group: 'Search',
  act: () => place.open(null, text),
});
