/** Shell says what is open above the screen. */
export class Shell {
  /** The text typed in the palette; null while it is closed. */
  palette = $state<string | null>(null);
  help = $state(false);
  /** Incremented when the list of messages should take the focus. */
  focusRequests = $state(0);
  jump = $state(false);
}

export const shell = new Shell();
