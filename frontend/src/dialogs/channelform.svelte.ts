import { api, toApiError } from '../bridge/api';
import type { ChannelDraft } from '../bridge/own';
import type { Source } from '../bridge/types';
import { spoken, type Faults } from '../lib/spoken';
import { m } from '../paraglide/messages';
import { leastUsed } from './feedform.svelte';
import { KeepForm } from './keepform.svelte';

/** The requests of the form; tests replace them. */
export type ChannelFormApi = Pick<typeof api, 'createChannel' | 'updateChannel'>;

/** The ChannelForm holds the fields for creating or changing a channel: name, colour and limits. */
export class ChannelForm {
  name = $state('');
  colour = $state(1);
  readonly keep: KeepForm;
  saving = $state(false);
  /** The error of each field; under '' the error that belongs to none. */
  readonly errors = $derived.by(() => spoken(this.#faults));
  #faults = $state.raw<Faults>({});

  #api: ChannelFormApi;
  #initial: { name: string; colour: number };

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
    this.#initial = { name: this.name, colour: this.colour };
  }

  get dirty(): boolean {
    return this.name !== this.#initial.name || this.colour !== this.#initial.colour || this.keep.dirty;
  }

  /** Saves the channel. Returns its source, or null if a field is wrong. */
  async save(): Promise<Source | null> {
    if (this.saving) return null;
    if (this.name.trim() === '') {
      this.#faults = { name: m.dialogs_channel_no_name };
      return null;
    }
    this.#faults = {};
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
      if (error.field === 'keep') this.keep.refuse(() => error.words);
      else this.#faults = { [error.field === 'name' ? 'name' : '']: () => error.words };
      return null;
    } finally {
      this.saving = false;
    }
  }
}

/** The addresses for subscribing and publishing to a channel of the server at `url`. */
export function addresses(url: string, name: string): { subscribe: string; publish: string } {
  const part = encodeURIComponent(name.trim() || 'name');
  return { subscribe: `${url}/events/${part}`, publish: `${url}/channels/${part}/messages` };
}
