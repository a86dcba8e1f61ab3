import { api } from '../bridge/api';
import { m } from '../paraglide/messages';
import { live } from './state.svelte';
import { toasts, type Toasts } from './toasts.svelte';

/** A Question is the dialog that is open. */
export type Question =
  | { kind: 'feed'; feed?: string }
  | { kind: 'channel'; channel?: string }
  | { kind: 'settings' }
  | { kind: 'remove'; source: RemovedSource }
  | { kind: 'remove-several'; sources: readonly RemovedSource[] }
  | { kind: 'samples' }
  | { kind: 'notices' }
  | { kind: 'removed' }
  | { kind: 'export'; source: number | null; q: string }
  | { kind: 'certificate'; feed: string; fingerprint: string };

/** What removing and restoring a source takes. */
export interface RemovedSource {
  id: number;
  name: string;
  kind: 'feed' | 'channel';
  messages: number;
  clients: number;
}

/** Dialogs holds the open dialog. There is at most one: opening another replaces it. */
export class Dialogs {
  current = $state.raw<Question | null>(null);

  open(question: Question): void {
    this.current = question;
  }

  close(): void {
    this.current = null;
  }
}

export const dialogs = new Dialogs();

/** The requests for removing sources; tests replace them. */
export type RemovalApi = Pick<typeof api, 'removeFeed' | 'removeChannel' | 'restore'>;
export type SamplesApi = Pick<typeof api, 'removeSamples' | 'restore' | 'startSamples'>;

/** Removes a source, and for a while offers to restore it with all its messages. */
export async function removeSource(
  source: RemovedSource,
  requests: RemovalApi = api,
  notices: Pick<Toasts, 'add'> = toasts,
): Promise<void> {
  await (source.kind === 'feed' ? requests.removeFeed(source.name) : requests.removeChannel(source.name));
  notices.add(m.dialogs_removed({ name: source.name }), {
    action: {
      label: m.common_undo(),
      act: async () => {
        await requests.restore(source);
        notices.add(m.dialogs_restored({ name: source.name }), { tone: 'good' });
      },
    },
  });
}

/** Removes several sources, and for a while offers to restore those that were removed. */
export async function removeSources(
  sources: readonly RemovedSource[],
  requests: RemovalApi = api,
  notices: Pick<Toasts, 'add'> = toasts,
): Promise<void> {
  const removed: RemovedSource[] = [];
  const said = () => {
    if (removed.length === 0) return;
    const act = async () => {
      for (const source of removed) await requests.restore(source);
      notices.add(m.sources_restored({ count: removed.length }), { tone: 'good' });
    };
    notices.add(m.sources_removed({ count: removed.length }), { action: { label: m.sources_undo(), act } });
  };
  try {
    for (const source of sources) {
      await (source.kind === 'feed' ? requests.removeFeed(source.name) : requests.removeChannel(source.name));
      removed.push(source);
    }
  } finally {
    said();
  }
}

/** Stops the sample events, removes the sources that they created, and offers to take it back. */
export async function removeSamples(
  requests: SamplesApi = api,
  notices: Pick<Toasts, 'add'> = toasts,
  running = live.state?.samples ?? false,
): Promise<void> {
  const removed = await requests.removeSamples();
  if (removed.length === 0 && !running) return;
  notices.add(removed.length ? m.notices_samples_removed({ count: removed.length }) : m.notices_samples_stopped(), {
    action: {
      label: m.common_undo(),
      act: async () => {
        for (const source of removed) await requests.restore(source);
        if (running) await requests.startSamples();
        notices.add(m.notices_samples_restored(), { tone: 'good' });
      },
    },
  });
}
