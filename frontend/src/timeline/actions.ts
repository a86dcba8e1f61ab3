import { copy } from '../bridge/native';
import type { Message } from '../bridge/types';
import { publishCommand } from '../lib/curl';
import { shown } from '../lib/disguise';
import { withField, withOnly, withoutThat } from '../lib/filter';
import { words } from '../lib/sentence.svelte';
import { commands } from '../model/commands.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import type { Panes } from '../model/panes.svelte';
import { place } from '../model/place.svelte';
import { publishModel } from '../model/publish.svelte';
import { curlServer, serverURL } from '../model/addresses';
import { live } from '../model/state.svelte';
import { m } from '../paraglide/messages';
import type { MenuItem } from '../ui/Menu.svelte';
import { windowSize } from '../ui/window.svelte';

/** The text for copying a message: its data, or the reason of a gap or a note. */
const textOf = (message: Message): string => message.data ?? words(message.gap ?? message.note ?? {});

/** The channel for publishing a message again: its own, or for a message of a feed, the one in the form. */
const channelFor = (message: Message): string =>
  live.source(message.source)?.kind === 'channel' ? message.source : publishModel.draft.channel;

/** Copies an address that opens this message in its source. */
export const copyLink = (message: Message) => {
  const source = live.source(message.source)?.id ?? null;
  const address = place.address(serverURL(), { source, message: message.position });
  return attempt(() => copy(address), m.inspector_copied_link());
};

/** The actions on the message in the inspector, for its menu. */
export function messageMenu(panes: Panes, message: Message): MenuItem[] {
  const { compare, copyCurl, copyJSON, copyId, copyPosition, only, without } = messageActions(panes);
  if (message.kind !== 'event') {
    return [
      { id: 'json', label: m.inspector_copy_json(), act: copyJSON },
      { id: 'position', label: m.inspector_copy_position(), act: () => copyPosition(message) },
      { id: 'link', label: m.inspector_copy_link(), act: () => copyLink(message) },
    ];
  }
  return [
    { id: 'curl', label: m.inspector_copy_curl(), act: copyCurl },
    { id: 'json', label: m.inspector_copy_json(), act: copyJSON },
    { id: 'id', label: m.inspector_copy_id(), disabled: !message.own_id, act: () => copyId(message) },
    { id: 'position', label: m.inspector_copy_position(), act: () => copyPosition(message) },
    { id: 'link', label: m.inspector_copy_link(), act: () => copyLink(message) },
    {
      id: 'compare',
      label: m.compare_menu(),
      keys: commands.hint('timeline.compare'),
      apart: true,
      act: () => compare(null),
    },
    {
      id: 'compare-with',
      label: m.compare_menu_with(),
      keys: commands.hint('timeline.compare-with'),
      act: () => commands.run('timeline.compare-with'),
    },
    {
      id: 'only',
      label: m.inspector_only_type({ type: shown(message.event ?? '') }),
      apart: true,
      act: () => only('event', message.event ?? ''),
    },
    {
      id: 'without',
      label: m.inspector_without({ name: shown(message.event ?? '') }),
      act: () => without('event', message.event ?? ''),
    },
    ...(panes.timeline.source === null
      ? [
          {
            id: 'only-source',
            label: m.inspector_only_type({ type: shown(message.source) }),
            act: () => only('source', message.source),
          },
          {
            id: 'without-source',
            label: m.inspector_without({ name: shown(message.source) }),
            act: () => without('source', message.source),
          },
        ]
      : []),
  ];
}

/** The actions on the message of a row, for its menu: those of the inspector and its buttons. */
export function rowMenu(panes: Panes, message: Message): MenuItem[] {
  const { copySelected, publishAgain } = messageActions(panes);
  const copy: MenuItem = { id: 'copy', label: m.inspector_copy(), keys: 'c', act: () => void copySelected() };
  const more = messageMenu(panes, message);
  if (message.kind !== 'event') return [copy, ...more];
  return [copy, ...more, { id: 'again', label: m.inspector_again(), act: publishAgain }];
}

/** What can be done with the message in the inspector. */
export const messageActions = (panes: Panes) => ({
  copySelected: () =>
    panes.timeline.selected
      ? attempt(async () => copy(textOf(await panes.inspector.whole())), m.inspector_copied_data())
      : undefined,

  copyJSON: () =>
    attempt(async () => copy(JSON.stringify(await panes.inspector.whole(), null, 2)), m.inspector_copied_json()),

  copyCurl: () =>
    attempt(async () => {
      const message = await panes.inspector.whole();
      const { event, data = '', retry } = message;
      return copy(publishCommand(curlServer(), channelFor(message), { event, data, retry }));
    }, m.inspector_copied_curl()),

  copyFrame: () => attempt(async () => copy(await panes.inspector.wholeFrame()), m.inspector_copied_frame()),

  copyId: (message: Message) => attempt(() => copy(message.own_id ?? ''), m.inspector_copied_id()),

  copyPosition: (message: Message) => attempt(() => copy(message.position), m.inspector_copied_position()),

  copyLink,

  /** Opens the comparison with a message, or with the previous of its type. */
  compare: (other: Message | null) => {
    panes.comparison.chosen = other;
    panes.inspector.choose('compare');
    layout.inspectorOpen = true;
  },

  /** Filters by a type or a source, in place of those in the filter. */
  only: (key: 'event' | 'source', name: string) => panes.timeline.filter(withOnly(panes.timeline.q, key, name)),

  /** Leaves a type or a source out. */
  without: (key: 'event' | 'source', name: string) => panes.timeline.filter(withoutThat(panes.timeline.q, key, name)),

  /** Filters by the value of a field, or leaves it out. */
  field: (path: string, raw: string, not = false) => panes.timeline.filter(withField(panes.timeline.q, path, raw, not)),

  /** Fills the publish form with the message and its whole data. */
  publishAgain: () =>
    attempt(() =>
      publishModel.fillLater(async () => {
        const message = await panes.inspector.whole();
        const { event, data, retry } = message;
        // There may be no room for both.
        if (windowSize.small || panes.split) layout.inspectorOpen = false;
        return { channel: channelFor(message), event, data, retry };
      }),
    ),
});
