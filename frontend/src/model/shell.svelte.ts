import { layout } from './layout.svelte';

/** Shell says which screen is shown, and what is open above it. */
export class Shell {
  /** The text typed in the palette; null while it is closed. */
  palette = $state<string | null>(null);
  /** The filter with which the timeline opens. */
  q = $state('');
  help = $state(false);
  /** Incremented when the list of messages should take the focus. */
  focusRequests = $state(0);
  jump = $state(false);

  get view() {
    return layout.view;
  }

  get source() {
    return layout.source;
  }

  /** Shows the timeline of one source, or of all if name is null. */
  open(name: string | null, q = ''): void {
    this.q = q;
    layout.go('timeline', name);
  }

  health(): void {
    layout.go('health');
  }

  /** Shows the previous or the next source. "All messages" is the first. */
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
