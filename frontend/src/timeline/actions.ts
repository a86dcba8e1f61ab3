import { copy } from '../bridge/native';
import type { Message } from '../bridge/types';
import { publishCommand } from '../lib/curl';
import { withField, withOnly, withoutThat } from '../lib/filter';
import { words } from '../lib/sentence.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import type { Panes } from '../model/panes.svelte';
import { place } from '../model/place.svelte';
import { publishModel } from '../model/publish.svelte';
import { curlServer, serverURL } from '../model/addresses';
import { live } from '../model/state.svelte';
import { m } from '../paraglide/messages';
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

/** The actions on the message in the inspector. */
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
