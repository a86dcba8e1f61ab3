import { api } from '../bridge/api';
import type { ThemeChoice } from '../bridge/own';
import { toasts } from './toasts.svelte';

const order: ThemeChoice[] = ['system', 'dark', 'light'];

/** The choice that the program has written into the page. */
const inPage = (): ThemeChoice => {
  const choice = document.documentElement.dataset.themeChoice as ThemeChoice;
  return order.includes(choice) ? choice : 'system';
};

/** Theme is the user's choice of colours. It is a setting of the program, and known before the first paint. */
export class Theme {
  choice = $state<ThemeChoice>(inPage());
  /** Whether the system prefers dark colours. App keeps it up to date. */
  systemDark = $state(typeof matchMedia !== 'function' || matchMedia('(prefers-color-scheme: dark)').matches);
  readonly shown = $derived<'dark' | 'light'>(
    this.choice === 'system' ? (this.systemDark ? 'dark' : 'light') : this.choice,
  );

  constructor(readonly save: (choice: ThemeChoice) => Promise<unknown> = (theme) => api.saveSettings({ theme })) {}

  /** Adopts the stored setting without saving it again. */
  adopt(choice: string | undefined): void {
    this.choice = order.find((known) => known === choice) ?? this.choice;
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
