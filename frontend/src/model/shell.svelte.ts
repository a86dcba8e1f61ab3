import { layout } from './layout.svelte';

/** Shell is which screen is shown, and what lies over it. */
export class Shell {
  /** The palette of commands and sources; null while it is shut, else what is typed in it. */
  palette = $state<string | null>(null);
  /** The filter that the timeline opens with. */
  q = $state('');
  help = $state(false);
  /** Grows when the rows should take the keyboard. */
  summons = $state(0);
  jump = $state(false);

  get view() {
    return layout.view;
  }

  get source() {
    return layout.source;
  }

  /** Shows the timeline of one source, or of all where name is null. */
  open(name: string | null, q = ''): void {
    this.q = q;
    layout.go('timeline', name);
  }

  health(): void {
    layout.go('health');
  }

  /** Shows the source before or after the one that is shown; all messages come first. */
  step(by: 1 | -1, sources: readonly { name: string }[]): void {
    const names = [null, ...sources.map((s) => s.name)];
    const at = names.indexOf(layout.source);
    this.open(names[(at + by + names.length) % names.length]);
  }

  /** Follows a source to its new name. */
  renamed(from: string, to: string): void {
    if (layout.source === from) layout.source = to;
  }
}

export const shell = new Shell();
