/** Shell says what is open above the screen. */
export class Shell {
  /** The text typed in the palette; null while it is closed. */
  palette = $state<string | null>(null);
  help = $state(false);
  jump = $state(false);
  /** The dialog that names a view is open. */
  keeping = $state(false);
  /** Incremented when the list of messages should take the focus. */
  focusRequests = $state(0);
  /** Incremented when the search field of the sidebar should take the focus. */
  searches = $state(0);
  /** Opens the menu of the row with the cursor; null if there is no sidebar. */
  sidebarMenu: (() => void) | null = null;
}

export const shell = new Shell();
