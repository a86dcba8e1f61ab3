import { api } from '../bridge/api';
import type { ThemeChoice } from '../bridge/types';
import { toasts } from './toasts.svelte';

const order: ThemeChoice[] = ['system', 'dark', 'light'];

/**
 * Theme is the look that the user chose. It is one of the program's settings; the browser keeps a
 * copy, so that the first paint is right before the settings have come.
 */
export class Theme {
  choice = $state<ThemeChoice>('system');
  /** Whether the system asks for a dark look; written by App, which can hear it. */
  systemDark = $state(true);
  readonly shown = $derived<'dark' | 'light'>(
    this.choice === 'system' ? (this.systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor(readonly save: (choice: ThemeChoice) => Promise<unknown> = (theme) => api.saveSettings({ theme })) {}

  /** Takes over what the settings say, without saving it again. */
  adopt(choice: ThemeChoice): void {
    if (order.includes(choice)) this.choice = choice;
  }

  /** Shows and saves a choice. */
  async choose(choice: ThemeChoice): Promise<void> {
    this.choice = choice;
    try {
      await this.save(choice);
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** The next of the three. */
  next(): Promise<void> {
    return this.choose(order[(order.indexOf(this.choice) + 1) % order.length]);
  }
}

export const theme = new Theme();
