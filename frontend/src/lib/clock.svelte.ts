import { createSubscriber } from 'svelte/reactivity';
import { pageHidden } from './visibility';

/**
 * A Clock is the time in whole seconds, for texts that count up or down. It ticks only while something
 * reads it and the page can be seen, and only what reads it is updated. `skew` corrects for a server whose clock differs from
 * the browser's.
 */
export class Clock {
  skew = $state(0);
  #subscribe: () => void;

  constructor(period = 1000) {
    this.#subscribe = createSubscriber((update) => {
      let timer: ReturnType<typeof setInterval> | undefined;
      const run = () => {
        clearInterval(timer);
        if (pageHidden()) return;
        timer = setInterval(update, period);
      };
      const changed = () => {
        run();
        if (!pageHidden()) update();
      };
      run();
      document.addEventListener('visibilitychange', changed);
      return () => {
        clearInterval(timer);
        document.removeEventListener('visibilitychange', changed);
      };
    });
  }

  /** The estimated time of the server, in milliseconds. */
  get now(): number {
    this.#subscribe();
    return Date.now() + this.skew;
  }

  /** Takes the time of the server. A difference of less than two seconds is due to the network, not the clock. */
  sync(serverNow: string): void {
    const skew = Date.parse(serverNow) - Date.now();
    if (Number.isNaN(skew)) return;
    const next = Math.abs(skew) < 2000 ? 0 : skew;
    if (Math.abs(next - this.skew) > 1000) this.skew = next;
  }
}

export const clock = new Clock();
