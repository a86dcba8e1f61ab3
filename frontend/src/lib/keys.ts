/** The keyboard shortcuts of the main screen, for the help. */
export interface Shortcut {
  keys: string[];
  does: string;
}

export const shortcuts: { title: string; list: Shortcut[] }[] = [
  {
    title: 'Moving',
    list: [
      { keys: ['j', '↓'], does: 'Next message' },
      { keys: ['k', '↑'], does: 'Previous message' },
      { keys: ['PgDn', 'PgUp'], does: 'One screen down or up' },
      { keys: ['Home'], does: 'The oldest message' },
      { keys: ['End'], does: 'The newest message, and follow' },
      { keys: ['g', 't'], does: 'Jump to a time' },
      { keys: ['n', 'p'], does: 'Next or previous of the same type' },
      { keys: ['s'], does: 'Split the view, or close the other half' },
      { keys: ['w'], does: 'The other half of a split view' },
    ],
  },
  {
    title: 'Messages',
    list: [
      { keys: ['Enter'], does: 'Open the inspector' },
      { keys: ['Esc'], does: 'Close what is open' },
      { keys: ['c'], does: 'Copy the data of the selected message' },
      { keys: ['Space'], does: 'Pause, and resume' },
      { keys: ['/'], does: 'Filter' },
    ],
  },
  {
    title: 'Everywhere',
    list: [
      { keys: ['Ctrl K'], does: 'Search and commands' },
      { keys: ['g', 'a'], does: 'All messages' },
      { keys: ['g', 'h'], does: 'Connection health' },
      { keys: ['[', ']'], does: 'Previous or next source' },
      { keys: ['i'], does: 'Show or hide the inspector' },
      { keys: ['b'], does: 'Show or hide the publish form' },
      { keys: ['?'], does: 'This help' },
    ],
  },
];

/** Whether a key press belongs to the text field that has the focus. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // The text of an editor is in a shadow root (ui/code), and the event names only its host.
  const inside = target.shadowRoot?.activeElement;
  if (inside) return typing(inside);
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** Whether Space and Enter already activate the focused element. */
export const pressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest(
    'button, a, summary, [role=button], [role=menuitem], [role=tab], [role=treeitem], input, [role=separator]',
  ) !== null;
