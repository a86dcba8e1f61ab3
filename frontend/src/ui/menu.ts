import type { IconName } from './icons';

/** One line of a menu. */
export interface MenuItem {
  /** Tells it from others with the same label. */
  id?: string;
  label: string;
  icon?: IconName;
  /** The key that does the same, to learn it by. */
  keys?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Draws a line above. */
  apart?: boolean;
  act: () => void;
}

/** What the control that opens a menu has to carry. */
export interface TriggerParts {
  'aria-haspopup': 'menu';
  'aria-expanded': boolean;
  onclick: () => void;
  onkeydown: (event: KeyboardEvent) => void;
}

const EDGE = 8;
const APART = 4;

/** Puts a menu under its control, or above, or further left, wherever it is whole. */
export function putBeside(menu: HTMLElement, control: Element): void {
  const a = control.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: h } = menu;
  const left = a.left + w > innerWidth - EDGE ? a.right - w : a.left;
  const top = a.bottom + APART + h > innerHeight - EDGE ? a.top - APART - h : a.bottom + APART;
  menu.style.setProperty('left', `${Math.max(EDGE, left)}px`);
  menu.style.setProperty('top', `${Math.max(EDGE, top)}px`);
}

/** The lines of a menu that can be chosen. */
export const lines = (menu: HTMLElement): HTMLElement[] => [
  ...menu.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)'),
];

/** Moves the focus as the arrow keys, Home, End and a first letter say. Answers whether the key was one of those. */
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
