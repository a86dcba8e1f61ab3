import { createSubscriber } from 'svelte/reactivity';

/**
 * A Clock is the time in whole seconds, for what counts up or down on screen. It ticks only while
 * somebody reads it, and whoever reads it is drawn again alone. `skew` corrects for a server whose
 * clock differs from the browser's.
 */
export class Clock {
  skew = $state(0);
  #subscribe: () => void;

  constructor(period = 1000) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, period);
      return () => clearInterval(timer);
    });
  }

  /** The server's time in milliseconds, as well as it is known. */
  get now(): number {
    this.#subscribe();
    return Date.now() + this.skew;
  }

  /** Learns the server's time. Less than two seconds apart is the network, not the clock. */
  sync(serverNow: string): void {
    const skew = Date.parse(serverNow) - Date.now();
    if (Number.isNaN(skew)) return;
    const next = Math.abs(skew) < 2000 ? 0 : skew;
    if (Math.abs(next - this.skew) > 1000) this.skew = next;
  }
}

export const clock = new Clock();
