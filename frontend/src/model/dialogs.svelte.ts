import { api } from '../bridge/api';
import { m } from '../paraglide/messages';
import { toasts, type Toasts } from './toasts.svelte';

/** A Question is the dialog that is open. */
export type Question =
  | { kind: 'feed'; feed?: string }
  | { kind: 'channel'; channel?: string }
  | { kind: 'settings' }
  | { kind: 'remove'; source: RemovedSource }
  | { kind: 'samples' }
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
export type SamplesApi = Pick<typeof api, 'removeSamples' | 'restore'>;

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

/** Stops the sample events, removes the sources that they created, and offers to restore them. */
export async function removeSamples(requests: SamplesApi = api, notices: Pick<Toasts, 'add'> = toasts): Promise<void> {
  const removed = await requests.removeSamples();
  if (removed.length === 0) return;
  notices.add(m.dialogs_samples_removed({ count: removed.length }), {
    action: {
      label: m.common_undo(),
      act: async () => {
        for (const source of removed) await requests.restore(source);
        notices.add(m.dialogs_samples_restored(), { tone: 'good' });
      },
    },
  });
}
