import type { Keep } from '../bridge/types';
import { spoken, type Faults } from '../lib/spoken';
import { m } from '../paraglide/messages';

const MB = 2 ** 20;
const NONE: Keep = { messages: 0, bytes: 0, age_days: 0 };

/** The KeepForm holds the limits of one source, in the units that people use. null means no limit. */
export class KeepForm {
  messages = $state<number | null>(null);
  /** In MB. */
  size = $state<number | null>(null);
  days = $state<number | null>(null);
  readonly errors = $derived.by(() => spoken(this.#faults));
  #faults = $state.raw<Faults<'messages' | 'size' | 'days'>>({});

  #initial = $state.raw<Keep>(NONE);
  #initialSize = $state.raw<number | null>(null);

  constructor(keep: Keep = NONE) {
    this.#initial = keep;
    this.messages = keep.messages || null;
    // Rounded to a hundredth for display. A value that was not edited is sent exactly.
    this.#initialSize = keep.bytes > 0 ? Math.max(0.01, Math.round((keep.bytes / MB) * 100) / 100) : null;
    this.size = this.#initialSize;
    this.days = keep.age_days || null;
  }

  /** The limits as they would be sent. */
  readonly value = $derived.by<Keep>(() => ({
    messages: this.messages ?? 0,
    bytes: Object.is(this.size, this.#initialSize) ? this.#initial.bytes : Math.round((this.size ?? 0) * MB),
    age_days: this.days ?? 0,
  }));

  readonly empty = $derived(this.value.messages === 0 && this.value.bytes === 0 && this.value.age_days === 0);

  readonly dirty = $derived(
    !Object.is(this.value.messages, this.#initial.messages) ||
      !Object.is(this.value.bytes, this.#initial.bytes) ||
      !Object.is(this.value.age_days, this.#initial.age_days),
  );

  readonly wrong = $derived(Object.keys(this.#faults).length > 0);

  /** Checks the fields and sets their errors. Returns whether all are valid. */
  check(): boolean {
    this.#faults = Object.fromEntries(
      Object.entries({
        messages: fault(this.messages, true),
        size: fault(this.size, false),
        days: fault(this.days, true) ?? (this.days !== null && this.days > 36500 ? m.dialogs_keep_age : undefined),
      }).filter(([, words]) => words !== undefined),
    );
    return !this.wrong;
  }

  /** Shows the server's error. */
  refuse(words: () => string): void {
    this.#faults = { messages: words };
  }
}

function fault(value: number | null, whole: boolean): (() => string) | undefined {
  if (value === null) return undefined;
  if (Number.isNaN(value)) return m.common_no_number;
  if (value < 0) return m.common_below_zero;
  if (whole && !Number.isInteger(value)) return m.common_no_whole;
  return undefined;
}
