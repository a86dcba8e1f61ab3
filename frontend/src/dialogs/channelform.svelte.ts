import { api, toApiError } from '../bridge/api';
import type { ChannelDraft, Source } from '../bridge/types';
import { leastUsed } from './feedform.svelte';
import { KeepForm } from './keepform.svelte';

/** The requests that the form needs; the tests bring their own. */
export type ChannelFormApi = Pick<typeof api, 'createChannel' | 'updateChannel'>;

/** The ChannelForm is what one types to make a channel, or to change one: a name, a colour, and how much to keep. */
export class ChannelForm {
  name = $state('');
  colour = $state(1);
  readonly keep: KeepForm;
  saving = $state(false);
  /** What is wrong, by field; under '' what belongs to none. */
  errors = $state.raw<Record<string, string>>({});

  #api: ChannelFormApi;
  #begun: { name: string; colour: number };

  constructor(
    /** The name of the channel to change; undefined for a new one. */
    readonly editing: string | undefined,
    sources: Pick<Source, 'name' | 'colour' | 'keep'>[],
    requests: ChannelFormApi = api,
  ) {
    this.#api = requests;
    this.name = editing ?? '';
    const source = sources.find((s) => s.name === editing);
    this.colour = source?.colour ?? leastUsed(sources);
    this.keep = new KeepForm(source?.keep);
    this.#begun = { name: this.name, colour: this.colour };
  }

  get dirty(): boolean {
    return this.name !== this.#begun.name || this.colour !== this.#begun.colour || this.keep.dirty;
  }

  /** Saves the channel; answers its source, or null where something is wrong. */
  async save(): Promise<Source | null> {
    if (this.saving) return null;
    if (this.name.trim() === '') {
      this.errors = { name: 'Give the channel a name.' };
      return null;
    }
    this.errors = {};
    if (!this.keep.check()) return null;
    this.saving = true;
    const draft: ChannelDraft = { name: this.name.trim(), colour: this.colour };
    if (this.keep.dirty) draft.keep = this.keep.value;
    try {
      return await (this.editing === undefined
        ? this.#api.createChannel(draft)
        : this.#api.updateChannel(this.editing, draft));
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.field === 'keep') this.keep.refuse(error.words);
      else this.errors = { [error.field === 'name' ? 'name' : '']: error.words };
      return null;
    } finally {
      this.saving = false;
    }
  }
}

/** Where a channel, or any source, is subscribed to and published to at the server at this address. */
export function addresses(url: string, name: string): { subscribe: string; publish: string } {
  const part = encodeURIComponent(name.trim() || 'name');
  return { subscribe: `${url}/events/${part}`, publish: `${url}/channels/${part}/messages` };
}
