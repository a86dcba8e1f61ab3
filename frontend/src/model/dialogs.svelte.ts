import { api } from '../bridge/api';
import { plural } from '../lib/format';
import { toasts, type Toasts } from './toasts.svelte';

/** A Question is what stands in front of the screen at the moment. */
export type Question =
  | { kind: 'feed'; feed?: string }
  | { kind: 'channel'; channel?: string }
  | { kind: 'settings' }
  | { kind: 'remove'; source: RemovedSource }
  | { kind: 'samples' }
  | { kind: 'certificate'; feed: string; fingerprint: string };

/** What has to be known of a source in order to remove it and to bring it back. */
export interface RemovedSource {
  id: number;
  name: string;
  kind: 'feed' | 'channel';
  messages: number;
  clients: number;
}

/** Dialogs holds which question is open. There is one at a time: a new one takes the place of the old. */
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

/** The requests that removing needs; the tests bring their own. */
export type RemovalApi = Pick<typeof api, 'removeFeed' | 'removeChannel' | 'restore'>;
export type SamplesApi = Pick<typeof api, 'removeSamples' | 'restore'>;

/** Takes a source off the list, and offers for a while to bring it back with all its messages. */
export async function removeSource(
  source: RemovedSource,
  requests: RemovalApi = api,
  notices: Pick<Toasts, 'add'> = toasts,
): Promise<void> {
  await (source.kind === 'feed' ? requests.removeFeed(source.name) : requests.removeChannel(source.name));
  notices.add(`Removed ${source.name}`, {
    action: {
      label: 'Undo',
      act: async () => {
        await requests.restore(source);
        notices.add(`${source.name} is back`, { tone: 'good' });
      },
    },
  });
}

/** Stops the sample events, takes all sources off the list that they made, and offers to bring these back. */
export async function removeSamples(requests: SamplesApi = api, notices: Pick<Toasts, 'add'> = toasts): Promise<void> {
  const removed = await requests.removeSamples();
  if (removed.length === 0) return;
  notices.add(`Removed ${plural(removed.length, 'source')} of the sample events`, {
    action: {
      label: 'Undo',
      act: async () => {
        for (const source of removed) await requests.restore(source);
        notices.add('The sources of the sample events are back', { tone: 'good' });
      },
    },
  });
}
