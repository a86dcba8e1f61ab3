import { copy } from '../bridge/native';
import type { Message } from '../bridge/types';
import { publishCommand } from '../lib/curl';
import { shown } from '../lib/disguise';
import { fieldTerm, quoted, withField, withOnly, withoutThat, type Key } from '../lib/filter';
import { words } from '../lib/sentence.svelte';
import { valueOf } from '../lib/values';
import { bookmarks } from '../model/bookmarks.svelte';
import { commands } from '../model/commands.svelte';
import { attempt } from '../model/feedactions';
import { layout } from '../model/layout.svelte';
import type { Panes } from '../model/panes.svelte';
import { pastFilters } from '../model/pastfilters';
import { place } from '../model/place.svelte';
import { publishModel } from '../model/publish.svelte';
import { curlServer, serverURL } from '../model/addresses';
import { live } from '../model/state.svelte';
import type { Timeline } from '../model/timeline.svelte';
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
  return attempt(() => copy(address), m.inspector_copied_link);
};

/** The actions on the message in the inspector, for its menu. */
export function messageMenu(panes: Panes, message: Message): MenuItem[] {
  const { compare, copyCurl, copyJSON, copyId, copyPosition } = messageActions(panes);
  const filters = filtersBy(panes, message);
  if (message.kind !== 'event') {
    return [
      { id: 'json', label: m.inspector_copy_json(), act: copyJSON },
      { id: 'position', label: m.inspector_copy_position(), act: () => copyPosition(message) },
      { id: 'link', label: m.inspector_copy_link(), act: () => copyLink(message) },
      ...filters,
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
    ...filters,
  ];
}

/** What filters by the type, the id or the source of a message. */
function filtersBy(panes: Panes, { kind, event = '', own_id, source }: Message): MenuItem[] {
  const { only, without } = messageActions(panes);
  const pair = (key: Key, value: string, name: string): MenuItem[] => [
    { id: `only-${key}`, label: m.inspector_only_type({ type: shown(name) }), act: () => only(key, value) },
    { id: `without-${key}`, label: m.inspector_without({ name: shown(name) }), act: () => without(key, value) },
  ];
  const items = [
    ...(kind === 'event' ? pair('event', event, event) : []),
    ...(kind === 'event' && own_id ? pair('id', own_id, `id:${quoted(own_id)}`) : []),
    ...(panes.timeline.source === null ? pair('source', source, source) : []),
  ];
  return items.map((item, i) => ({ ...item, apart: i === 0 }));
}

/** What filters by the value of a field: its JSON, which may be cut. */
export function valueMenu(panes: Panes, path: string, raw: string): MenuItem[] {
  const { field } = messageActions(panes);
  const term = shown(fieldTerm(path, raw));
  const exists = /^[{[]/.test(raw);
  return [
    {
      id: `only ${path}`,
      label: exists ? m.inspector_only_with({ path: term }) : m.inspector_only_type({ type: term }),
      act: () => field(path, raw),
    },
    { id: `without ${path}`, label: m.inspector_without({ name: term }), act: () => field(path, raw, true) },
  ];
}

const byCommand = (id: string, label: string): MenuItem => ({
  id,
  label,
  keys: commands.hint(id),
  act: () => commands.run(id),
});

/**
 * The actions on the message of a row, for its menu: those of the inspector and its buttons, and what
 * filters by the fields at some paths.
 */
export function rowMenu(panes: Panes, message: Message, paths: readonly string[] = []): MenuItem[] {
  const { copySelected, publishAgain } = messageActions(panes);
  const marked = bookmarks.of(message.position) !== undefined;
  const first: MenuItem[] = [
    byCommand('timeline.inspect', m.commands_inspect()),
    byCommand('timeline.bookmark', marked ? m.bookmarks_remove() : m.bookmarks_add()),
    byCommand('timeline.comment', m.bookmarks_comment_command()),
    { id: 'copy', label: m.inspector_copy(), keys: 'c', apart: true, act: () => void copySelected() },
  ];
  const more = messageMenu(panes, message);
  if (message.kind !== 'event') return [...first, ...more];
  const fields = paths.flatMap((path) => {
    const raw = valueOf(message, path);
    return raw == null ? [] : valueMenu(panes, path, raw);
  });
  const again = { id: 'again', label: m.inspector_again(), apart: true, act: publishAgain };
  return [...first, ...more, ...fields.map((item, i) => ({ ...item, apart: i === 0 })), again];
}

/** The filter of the rows in sight, also while another one is wrong. */
const valid = ({ q, refused, appliedFilter }: Timeline): string => (refused ? appliedFilter : q);

function use(panes: Panes, q: string): Promise<void> {
  pastFilters.add(q);
  return panes.timeline.filter(q);
}

/** What can be done with the message in the inspector. */
export const messageActions = (panes: Panes) => ({
  copySelected: () =>
    panes.timeline.selected
      ? attempt(async () => copy(textOf(await panes.inspector.whole())), m.inspector_copied_data)
      : undefined,

  copyJSON: () =>
    attempt(async () => copy(JSON.stringify(await panes.inspector.whole(), null, 2)), m.inspector_copied_json),

  copyCurl: () =>
    attempt(async () => {
      const message = await panes.inspector.whole();
      const { event, data = '', retry } = message;
      return copy(publishCommand(curlServer(), channelFor(message), { event, data, retry }));
    }, m.inspector_copied_curl()),

  copyFrame: () => attempt(async () => copy(await panes.inspector.wholeFrame()), m.inspector_copied_frame),

  copyId: (message: Message) => attempt(() => copy(message.own_id ?? ''), m.inspector_copied_id),

  copyPosition: (message: Message) => attempt(() => copy(message.position), m.inspector_copied_position),

  copyLink,

  /** Opens the comparison with a message, or with the previous of its type. */
  compare: (other: Message | null) => {
    panes.comparison.chosen = other;
    panes.inspector.choose('compare');
    layout.inspectorOpen = true;
  },

  /** Filters by a type, a source or an id, in place of those in the filter. */
  only: (key: Key, name: string) => use(panes, withOnly(valid(panes.timeline), key, name)),

  /** Leaves a type, a source or an id out. */
  without: (key: Key, name: string) => use(panes, withoutThat(valid(panes.timeline), key, name)),

  /** Filters by the value of a field, or leaves it out. */
  field: (path: string, raw: string, not = false) => use(panes, withField(valid(panes.timeline), path, raw, not)),

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
