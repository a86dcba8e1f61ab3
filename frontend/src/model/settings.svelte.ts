import { api, toApiError } from '../bridge/api';
import type { EditableSettings } from '../bridge/own';
import type { Settings } from '../bridge/types';
import { language, type LanguageChoice } from '../lib/language.svelte';
import { spoken, type Faults } from '../lib/spoken';
import { toasts } from './toasts.svelte';
import { m } from '../paraglide/messages';
import { Loader } from './loader.svelte';

/** The requests for settings; tests replace them. */
export type SettingsApi = Pick<typeof api, 'settings' | 'saveSettings'>;

/** The fields of the form, in the units that people use. null means no limit. */
export interface SettingsForm {
  port: number | null;
  data: string;
  keepMessages: number | null;
  keepGB: number | null;
  keepDays: number | null;
  createChannels: boolean;
  maxChannels: number | null;
  heartbeat: number | null;
  retry: number | null;
  maxEventMB: number | null;
}

type Name = keyof SettingsForm;

const GB = 2 ** 30;
const MB = 2 ** 20;

/** The server's setting for each field of the form. */
const settingOf: Record<Name, string> = {
  port: 'port',
  data: 'data',
  keepMessages: 'keep.messages',
  keepGB: 'keep.bytes',
  keepDays: 'keep.age_days',
  createChannels: 'create_channels',
  maxChannels: 'max_channels',
  heartbeat: 'heartbeat_s',
  retry: 'retry_ms',
  maxEventMB: 'max_event',
};

/** The SettingsModel holds the settings of the program, and the form that changes them. */
export class SettingsModel {
  /** null until the first response. */
  current = $state.raw<Settings | null>(null);
  form = $state<SettingsForm | null>(null);
  saving = $state(false);
  saved = $state(false);
  /** The error of each form field; under '' the error that belongs to none. */
  readonly errors = $derived.by(() => spoken(this.#faults));
  #faults = $state.raw<Faults<Name | ''>>({});

  readonly #loader = new Loader();
  #api: SettingsApi;

  constructor(requests: SettingsApi = api) {
    this.#api = requests;
  }

  /** The settings that differ, as they would be sent. */
  readonly change = $derived.by<Partial<EditableSettings>>(() =>
    this.current && this.form ? changeOf(this.current, this.form) : {},
  );
  readonly dirty = $derived(Object.keys(this.change).length > 0);
  /** Whether this setting was changed and takes effect at the next start. */
  waits(name: 'port' | 'data'): boolean {
    return this.current?.restart.includes(name) ?? false;
  }

  /** Whether a flag, the environment or the configuration file decides this setting, so that it cannot be changed here. */
  fixed(name: Name): boolean {
    const setting = settingOf[name];
    return this.current?.fixed.some((f) => f === setting || f === setting.split('.')[0]) ?? false;
  }

  /** Why the settings could not be loaded. */
  get fault(): string {
    return this.#loader.fault?.words ?? '';
  }

  /** Begins a new form with the settings as they are now. */
  async open(): Promise<void> {
    this.form = null;
    this.saved = false;
    await this.load();
  }

  async load(): Promise<void> {
    await this.#loader.run(this.#api.settings, (settings) => this.#take(settings), { retry: true });
  }

  /** Saves the settings that differ. Returns whether the server accepted them. */
  async save(): Promise<boolean> {
    if (this.saving || !this.form) return false;
    this.#faults = unreadable(this.form);
    if (Object.keys(this.#faults).length > 0) return false;
    if (!this.dirty) return true;
    this.saving = true;
    this.saved = false;
    // An answer with the old settings must not follow the new ones.
    this.#loader.stop();
    try {
      this.#take(await this.#api.saveSettings(this.change));
      this.saved = true;
      return true;
    } catch (thrown) {
      const error = toApiError(thrown);
      this.#faults = { [fieldOf(error.field)]: () => error.words };
      return false;
    } finally {
      this.saving = false;
    }
  }

  /**
   * Changes the origins whose pages may publish and subscribe. Another window may have changed them
   * since they were loaded, so they are read again. What is typed in the form stays.
   */
  async changeOrigins(change: (origins: readonly string[]) => string[]): Promise<void> {
    this.#loader.stop();
    const { origins } = await this.#api.settings();
    const { origins: stored } = await this.#api.saveSettings({ origins: change(origins) });
    if (this.current) this.current = { ...this.current, origins: stored };
  }

  #take(settings: Settings): void {
    this.current = settings;
    this.form = formOf(settings);
    this.#faults = {};
  }
}

const orNone = (n: number) => (n > 0 ? n : null);

function formOf(s: Settings): SettingsForm {
  return {
    port: s.port,
    data: s.data,
    keepMessages: orNone(s.keep.messages),
    keepGB: s.keep.bytes > 0 ? round(s.keep.bytes / GB) : null,
    keepDays: orNone(s.keep.age_days),
    createChannels: s.create_channels,
    maxChannels: s.max_channels,
    heartbeat: s.heartbeat_s,
    retry: s.retry_ms,
    maxEventMB: round(s.max_event / MB),
  };
}

/** Applies and saves the choice of the language. */
export async function chooseLanguage(choice: LanguageChoice): Promise<void> {
  language.choice = choice;
  try {
    await api.saveSettings({ language: choice });
  } catch (error) {
    toasts.fail(error);
  }
}

// Rounded to a hundredth for display. A field that was not edited is not sent, so its exact value stays.
const round = (n: number) => Math.max(0.01, Math.round(n * 100) / 100);

function changeOf(current: Settings, form: SettingsForm): Partial<EditableSettings> {
  const was = formOf(current);
  const differs = (name: Name) => !Object.is(form[name], was[name]);
  const change: Partial<EditableSettings> = {};
  if (differs('port')) change.port = form.port ?? 0;
  if (differs('data')) change.data = form.data.trim();
  if (differs('keepMessages') || differs('keepGB') || differs('keepDays')) {
    change.keep = {
      messages: differs('keepMessages') ? (form.keepMessages ?? 0) : current.keep.messages,
      bytes: differs('keepGB') ? Math.round((form.keepGB ?? 0) * GB) : current.keep.bytes,
      age_days: differs('keepDays') ? (form.keepDays ?? 0) : current.keep.age_days,
    };
  }
  if (differs('createChannels')) change.create_channels = form.createChannels;
  if (differs('maxChannels')) change.max_channels = form.maxChannels ?? 0;
  if (differs('heartbeat')) change.heartbeat_s = form.heartbeat ?? 0;
  if (differs('retry')) change.retry_ms = form.retry ?? 0;
  if (differs('maxEventMB')) change.max_event = Math.round((form.maxEventMB ?? 0) * MB);
  return change;
}

const needed: Name[] = ['maxChannels', 'heartbeat', 'retry', 'maxEventMB'];
const whole: Name[] = ['port', 'keepMessages', 'keepDays', 'maxChannels', 'heartbeat', 'retry'];

function unreadable(form: SettingsForm): Faults<Name> {
  const errors: Faults<Name> = {};
  for (const [name, value] of Object.entries(form) as [Name, unknown][]) {
    if (typeof value !== 'number') continue;
    if (Number.isNaN(value)) errors[name] = m.common_no_number;
    else if (value < 0) errors[name] = m.common_below_zero;
    else if (whole.includes(name) && !Number.isInteger(value)) errors[name] = m.common_no_whole;
  }
  if (form.port === null || form.port > 65535) errors.port ??= m.settings_port_range;
  for (const name of needed) if (form[name] === null) errors[name] ??= m.settings_number;
  return errors;
}

// The server knows one setting "keep"; the form has a field for each of its parts.
function fieldOf(setting: string): Name | '' {
  if (setting === 'keep') return 'keepMessages';
  const names = Object.keys(settingOf) as Name[];
  return names.find((n) => settingOf[n] === setting || settingOf[n].split('.')[1] === setting) ?? '';
}

export const settingsModel = new SettingsModel();
