import { api } from '../bridge/api';
import type { ThemeChoice } from '../bridge/own';
import { toasts } from './toasts.svelte';

const order: ThemeChoice[] = ['system', 'dark', 'light'];

/**
 * Theme is the user's choice of colours. It is a setting of the program. Until the settings have
 * been read, it follows the system.
 */
export class Theme {
  choice = $state<ThemeChoice>('system');
  /** Whether the system prefers dark colours. App keeps it up to date. */
  systemDark = $state(true);
  readonly shown = $derived<'dark' | 'light'>(
    this.choice === 'system' ? (this.systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor(readonly save: (choice: ThemeChoice) => Promise<unknown> = (theme) => api.saveSettings({ theme })) {}

  /** Adopts the stored setting without saving it again. */
  adopt(choice: ThemeChoice): void {
    if (order.includes(choice)) this.choice = choice;
  }

  /** Applies and saves a choice. */
  async choose(choice: ThemeChoice): Promise<void> {
    this.choice = choice;
    try {
      await this.save(choice);
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Switches to the next of the three. */
  next(): Promise<void> {
    return this.choose(order[(order.indexOf(this.choice) + 1) % order.length]);
  }
}

export const theme = new Theme();
