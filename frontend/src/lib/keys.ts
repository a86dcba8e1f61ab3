/** Whether a key press belongs to the text field that has the focus. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // The text of an editor is in a shadow root (ui/code), and the event names only its host.
  const inside = target.shadowRoot?.activeElement;
  if (inside) return typing(inside);
  // In a text that is only read, letters are shortcuts as elsewhere.
  if (target.isContentEditable) return target.getAttribute('aria-readonly') !== 'true';
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** Whether Space and Enter already activate the focused element. */
export const pressable = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest(
    'button, a, summary, [role=button], [role=menuitem], [role=tab], [role=treeitem], input, [role=separator]',
  ) !== null;

/** Whether the key press is part of composing a character, as with Chinese and Japanese input methods. */
export const composing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

const NAMES: Record<string, string> = {
  $mod: 'Ctrl',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
  Delete: 'Del',
  ContextMenu: 'Menu',
};

/** Keys as they are printed on a keyboard, in the order of pressing: "g t" → ["g", "t"], "$mod+k" → ["Ctrl K"]. */
export const printed = (keys: string): string[] =>
  keys.split(' ').map((press) => {
    const parts = press.split('+').map((part) => NAMES[part] ?? part);
    return parts.length > 1 ? parts.map((p) => (p.length === 1 ? p.toUpperCase() : p)).join(' ') : parts[0];
  });

/**
 * The key press as a shortcut sees it. Shift, AltGr and the Option key only help to type a sign such
 * as "[" or "?", so they do not count. On a keyboard with other letters, such as a Russian one, the
 * letter is the one that is printed beside it.
 */
export function pressed(event: KeyboardEvent): KeyboardEvent {
  let { key, code, shiftKey, ctrlKey, altKey } = event;
  if (key === ' ') code = 'Space';
  else if (key.length === 1) {
    if (/\p{L}/u.test(key) && key > '\u024f' && /^Key[A-Z]$/.test(code)) key = code.slice(3).toLowerCase();
    code = '';
    if (!/[\p{L}\d]/u.test(key)) {
      if (event.getModifierState?.('AltGraph') || (ctrlKey && altKey)) ctrlKey = false;
      [shiftKey, altKey] = [false, false];
    }
  }
  return new KeyboardEvent('keydown', { key, code, shiftKey, ctrlKey, altKey, metaKey: event.metaKey });
}
