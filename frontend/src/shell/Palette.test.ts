import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commands } from '../model/commands.svelte';
import { shell } from '../model/shell.svelte';
import Palette from './Palette.svelte';

const ran = vi.fn();
let shown: ReturnType<typeof mount> | undefined;
let before: HTMLElement;

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
  ran.mockClear();
  before = document.body.appendChild(document.createElement('button'));
  before.focus();
  shell.palette = '';
});
afterEach(async () => {
  await close();
  document.body.replaceChildren();
});

const close = async () => {
  if (shown) await unmount(shown);
  shown = undefined;
};

/** The palette with so many commands, named "Command 0" and so on. */
function drawn(count: number) {
  const remove = commands.add(
    Array.from({ length: count }, (_, n) => ({
      id: `test.${n}`,
      words: () => `Command ${n}`,
      group: 'window' as const,
      act: () => ran(n),
    })),
  );
  shown = mount(Palette, { target: document.body });
  flushSync();
  return remove;
}

const field = () => document.querySelector<HTMLInputElement>('[role=combobox]')!;
const lines = () => [...document.querySelectorAll('[role=option]')];
const chosen = () => lines().findIndex((line) => line.getAttribute('aria-selected') === 'true');
const named = () => document.getElementById(field().getAttribute('aria-activedescendant') ?? '');

function press(key: string): string[] {
  const came: string[] = [];
  const hear = (event: KeyboardEvent) => came.push(event.key);
  addEventListener('keydown', hear);
  field().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  removeEventListener('keydown', hear);
  flushSync();
  return came;
}

function type(text: string) {
  field().value = text;
  field().dispatchEvent(new InputEvent('input', { bubbles: true }));
  flushSync();
}

test('the field has the focus, keys move in the list, and it names the line for screen readers', () => {
  const remove = drawn(30);
  const last = lines().length - 1;
  expect(document.querySelector('dialog')!.open).toBe(true);
  for (const [key, at] of [
    ['ArrowDown', 1],
    ['ArrowUp', 0],
    ['ArrowUp', last],
    ['ArrowDown', 0],
    ['PageDown', 10],
    ['PageDown', 20],
    ['PageDown', Math.min(last, 30)],
    ['PageUp', Math.min(last, 30) - 10],
  ] as const) {
    expect(press(key), `${key} came to the shortcuts`).toEqual([]);
    expect(chosen(), key).toBe(at);
    expect(named(), key).toBe(lines()[at]);
  }
  expect(press('Tab')).toEqual([]);
  remove();
});

test('what is typed chooses the first line again, and Enter runs it once the palette is gone', () => {
  const remove = drawn(30);
  press('PageDown');
  type('command 17');
  expect([lines()[0].textContent, chosen()]).toEqual([expect.stringContaining('Command 17'), 0]);
  // The last is always the search in all messages.
  expect(lines().at(-1)!.textContent).toContain('command 17');
  press('Enter');
  expect(ran.mock.calls).toEqual([[17]]);
  expect(shell.palette).toBeNull();
  remove();
});

test('Escape closes it and runs nothing, and the focus returns', async () => {
  const remove = drawn(3);
  expect(press('Escape')).toEqual([]);
  expect(shell.palette).toBeNull();
  expect(ran).not.toHaveBeenCalled();
  await close();
  expect(document.activeElement).toBe(before);
  remove();
});

test('of thousands of commands it draws fifty at most', () => {
  const remove = drawn(5000);
  expect(lines().length).toBeLessThanOrEqual(50);
  type('command');
  expect(lines()).toHaveLength(50);
  remove();
});
