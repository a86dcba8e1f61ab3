import type { IconName } from './icons';

/** An entry of a menu. */
export interface MenuItem {
  /** Distinguishes entries with the same label. */
  id?: string;
  label: string;
  icon?: IconName;
  /** The shortcut for the same action, shown beside the label. */
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Draws a line above. */
  apart?: boolean;
  act: () => void;
}

/** The attributes of the control that opens a menu. */
export interface TriggerParts {
  'aria-haspopup': 'menu';
  'aria-expanded': boolean;
  onclick: () => void;
  onkeydown: (event: KeyboardEvent) => void;
}

const EDGE = 8;
const APART = 4;

/** Where the pointer asked for the menu that is being opened. */
let pointer: { x: number; y: number } | null = null;

/** Opens the menu of a control where the pointer is, for a click with the right button. */
export function openAtPointer(event: MouseEvent, control: HTMLElement | null | undefined): void {
  if (!control) return;
  event.preventDefault();
  pointer = { x: event.clientX, y: event.clientY };
  control.click();
  setTimeout(() => (pointer = null));
}

/** Places a menu where the pointer asked for it, or below its control, or above it or further left if it does not fit there. */
export function putBeside(menu: HTMLElement, control: Element): void {
  const a = pointer
    ? { left: pointer.x, right: pointer.x, top: pointer.y, bottom: pointer.y - APART }
    : control.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: h } = menu;
  const left = a.left + w > innerWidth - EDGE ? a.right - w : a.left;
  const top = a.bottom + APART + h > innerHeight - EDGE ? a.top - APART - h : a.bottom + APART;
  menu.style.setProperty('left', `${Math.max(EDGE, left)}px`);
  menu.style.setProperty('top', `${Math.max(EDGE, top)}px`);
}

/** The enabled entries of a menu. */
export const lines = (menu: HTMLElement): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)'),
];

/** Moves the focus for arrow keys, Home, End and first letters. Returns whether it handled the key. */
export function moveFocus(menu: HTMLElement, key: string): boolean {
  const all = lines(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (to !== undefined) {
    all[(to + all.length) % all.length]?.focus();
    return true;
  }
  if (key.length !== 1 || key === ' ') return false;
  const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  rest.find((line) => line.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus();
  return true;
}
