import { toApiError } from '../bridge/api';

/** A Toast is a short sentence about what just happened, with an optional action such as Undo. */
export interface Toast {
  id: number;
  text: string;
  tone: 'info' | 'good' | 'down';
  action?: { label: string; act: () => void | Promise<void> };
  /** It replaces the last passing one, and is not listed with the notices. */
  passing?: boolean;
}

/** A Notice is a toast that was shown, for the list of the last notices. */
export interface Notice extends Pick<Toast, 'id' | 'text' | 'tone'> {
  /** When it was shown, in milliseconds. */
  at: number;
}

/** How long a toast stays, in milliseconds. One with an action, or a long text, stays longer. */
const STAY = 4000;
const STAY_LONG = 9000;
const MUCH = 80;
const MOST = 4;
/** How many notices are kept for reading again. */
const MOST_KEPT = 100;

/**
 * Toasts holds the visible toasts, the oldest first. Their time stops while the user points at them
 * or has the focus in them, so that none disappears before a click. An error stays until it is dismissed.
 */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  /** The last notices, the newest first. */
  past = $state.raw<Notice[]>([]);
  #next = 1;
  #left = new Map<number, number>();
  #timers = new Map<number, { timer: ReturnType<typeof setTimeout>; since: number }>();
  #held = false;

  /** Shows a toast. If the same text is visible, its time starts again. */
  add(said: string | (() => string), more: Partial<Omit<Toast, 'id' | 'text'>> = {}): number {
    // It may be read in another language than it was shown in.
    const words = typeof said === 'string' ? () => said : said;
    const text = words();
    const same = this.list.find((t) => (more.passing ? t.passing : t.text === text && !t.action && !more.action));
    if (same) this.dismiss(same.id);
    const toast: Toast = {
      id: this.#next++,
      tone: 'info',
      ...more,
      get text() {
        return words();
      },
    };
    // An error gives way last.
    const byImportance = [...this.list].sort((a, b) => Number(a.tone === 'down') - Number(b.tone === 'down'));
    for (const old of byImportance.slice(0, Math.max(0, this.list.length + 1 - MOST))) this.dismiss(old.id);
    this.list = [...this.list, toast];
    if (!toast.passing)
      this.past = [
        {
          id: toast.id,
          tone: toast.tone,
          at: Date.now(),
          get text() {
            return words();
          },
        },
        ...this.past,
      ].slice(0, MOST_KEPT);
    if (toast.tone !== 'down') this.#left.set(toast.id, toast.action || text.length > MUCH ? STAY_LONG : STAY);
    if (!this.#held) this.#start(toast.id);
    return toast.id;
  }

  /** Shows an error. */
  fail(error: unknown): number {
    const known = toApiError(error);
    return this.add(() => known.words, { tone: 'down' });
  }

  dismiss(id: number): void {
    this.#stop(id);
    this.#left.delete(id);
    this.list = this.list.filter((t) => t.id !== id);
  }

  /** Runs the action of a toast, and removes it first, so that the action cannot run twice. */
  async act(toast: Toast): Promise<void> {
    this.dismiss(toast.id);
    try {
      await toast.action?.act();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The newest visible toast with an action. */
  get offer(): Toast | undefined {
    return this.list.findLast((toast) => toast.action);
  }

  /** Stops the time of all toasts. */
  hold(): void {
    this.#held = true;
    for (const id of [...this.#timers.keys()]) this.#stop(id);
  }

  /** Restarts the time of all toasts. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    for (const toast of this.list) this.#start(toast.id);
  }

  #start(id: number): void {
    if (!this.#left.has(id)) return;
    const timer = setTimeout(() => this.dismiss(id), this.#left.get(id));
    this.#timers.set(id, { timer, since: Date.now() });
  }

  #stop(id: number): void {
    const running = this.#timers.get(id);
    if (!running) return;
    clearTimeout(running.timer);
    this.#timers.delete(id);
    // At least one second is left to read it after the pointer has gone.
    this.#left.set(id, Math.max(1000, (this.#left.get(id) ?? 0) - (Date.now() - running.since)));
  }
}

export const toasts = new Toasts();
