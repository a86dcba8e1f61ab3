import { zoom as native } from '../bridge/native';
import { m } from '../paraglide/messages';
import { toasts, type Toasts } from './toasts.svelte';

/** The steps of the zoom, in percent. */
export const STEPS = [75, 80, 90, 100, 110, 125, 150, 175, 200];
const USUAL = 100;
/** How far the wheel turns for one step, in pixels. A touchpad sends many small turns. */
const TURN = 50;

/**
 * Zoom scales the page of the program's own window. The program remembers it. A browser has a zoom of
 * its own, so there it does nothing.
 */
export class Zoom {
  percent = $state(USUAL);
  #turned = 0;

  constructor(
    readonly calls: typeof native = native,
    readonly notices: Pick<Toasts, 'add' | 'fail'> = toasts,
  ) {}

  get possible(): boolean {
    return this.calls.possible();
  }

  async load(): Promise<void> {
    if (this.possible) this.percent = await this.calls.get();
  }

  async set(percent: number): Promise<void> {
    if (percent === this.percent) return;
    this.percent = percent;
    try {
      await this.calls.set(percent);
      this.notices.add(m.notices_zoom({ percent: String(percent) }), { passing: true });
    } catch (error) {
      this.notices.fail(error);
    }
  }

  /** One step larger (1) or smaller (-1). */
  step(by: 1 | -1): Promise<void> {
    const next = by > 0 ? STEPS.find((s) => s > this.percent) : STEPS.findLast((s) => s < this.percent);
    return this.set(next ?? this.percent);
  }

  reset(): Promise<void> {
    return this.set(USUAL);
  }

  /** Handles Ctrl with +, - or 0. */
  key(event: KeyboardEvent): void {
    if (!this.possible || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const act = { '+': () => this.step(1), '=': () => this.step(1), '-': () => this.step(-1), '0': () => this.reset() }[
      event.key
    ];
    if (!act) return;
    event.preventDefault();
    void act();
  }

  /** Handles the wheel with Ctrl. */
  wheel(event: WheelEvent): void {
    if (!this.possible || !event.ctrlKey) return;
    event.preventDefault();
    this.#turned += event.deltaMode ? event.deltaY * TURN : event.deltaY;
    if (Math.abs(this.#turned) < TURN) return;
    void this.step(this.#turned < 0 ? 1 : -1);
    this.#turned = 0;
  }
}

export const zoom = new Zoom();
