import { copy } from '../bridge/native';
import { curlOf } from '../lib/curl';
import { withType } from '../lib/filter';
import { words } from '../lib/sentence.svelte';
import { inspector } from '../model/inspector.svelte';
import { layout } from '../model/layout.svelte';
import { place } from '../model/place.svelte';
import { publishModel } from '../model/publish.svelte';
import { attempt } from '../model/feedactions';
import { serverURL } from '../model/sourcemenu';
import { live } from '../model/state.svelte';
import { timeline } from '../model/timeline.svelte';
import { m as say } from '../paraglide/messages';
import type { Message } from '../bridge/types';

/** The text for copying a message: its data, or the reason of a gap or a note. */
const textOf = (m: Message): string => m.data ?? words(m.gap ?? m.note ?? {});

/** The channel for publishing a message again: its own, or for a message of a feed, the one in the form. */
const channelFor = (m: Message): string =>
  live.source(m.source)?.kind === 'channel' ? m.source : publishModel.draft.channel;

export const copySelected = () =>
  timeline.selected
    ? attempt(async () => copy(textOf(await inspector.whole())), say.inspector_copied_data())
    : undefined;

export const copyJSON = () =>
  attempt(async () => copy(JSON.stringify(await inspector.whole(), null, 2)), say.inspector_copied_json());

export const copyCurl = () =>
  attempt(async () => {
    const message = await inspector.whole();
    return copy(curlOf(message, live.state?.server.url ?? location.origin, channelFor(message)));
  }, say.inspector_copied_curl());

export const copyFrame = () => attempt(async () => copy(await inspector.wholeFrame()), say.inspector_copied_frame());

export const copyId = (m: Message) => attempt(() => copy(m.own_id ?? ''), say.inspector_copied_id());

export const copyPosition = (m: Message) => attempt(() => copy(m.position), say.inspector_copied_position());

/** Copies an address that opens this message in its source. */
export const copyLink = (m: Message) => {
  const source = live.source(m.source)?.id ?? null;
  return attempt(
    () => copy(place.address(serverURL(), { source, message: m.position })),
    say.inspector_copied_link(),
  );
};

/** Adds this type to the filter, in place of the types in it. */
export const onlyType = (type: string) => timeline.filter(withType(timeline.q, type));

/** Fills the publish form with the message and its whole data. */
export const publishAgain = () =>
  attempt(async () => {
    const m = await inspector.whole();
    publishModel.fill({ channel: channelFor(m), event: m.event, data: m.data, retry: m.retry });
    layout.composerOpen = true;
    // In a narrow window the inspector covers the form (shell/Shell.svelte).
    if (matchMedia('(max-width: 1179px)').matches) timeline.select(null);
  });
