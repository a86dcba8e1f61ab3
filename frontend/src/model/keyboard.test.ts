import { afterEach, expect, test, vi } from 'vitest';
import type { Command } from './commands.svelte';
import { Keyboard } from './keyboard';

afterEach(() => document.body.replaceChildren());

const command = (keys: string[], act: () => void, more: Partial<Command> = {}): Command => ({
  id: keys[0],
  words: () => keys[0],
  group: 'go',
  keys,
  act,
  ...more,
});

function press(keyboard: Keyboard, key: string, target: HTMLElement = document.body, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  const listen = (e: Event) => keyboard.press(e as KeyboardEvent);
  document.addEventListener('keydown', listen, { once: true });
  target.dispatchEvent(event);
  document.removeEventListener('keydown', listen);
  return event;
}
function element<T extends HTMLElement>(name: string, parent: HTMLElement = document.body): T {
  const made = document.createElement(name) as T;
  parent.append(made);
  return made;
}

test('a command runs with each of its keys, and only while it can be used', () => {
  const act = vi.fn();
  let usable = true;
  const keyboard = new Keyboard([command(['j', 'ArrowDown'], act, { when: () => usable })]);
  expect(press(keyboard, 'j').defaultPrevented).toBe(true);
  press(keyboard, 'ArrowDown');
  usable = false;
  expect(press(keyboard, 'j').defaultPrevented).toBe(false);
  expect(act).toHaveBeenCalledTimes(2);
});

test('two keys in a row are one command', () => {
  const [jump, t] = [vi.fn(), vi.fn()];
  const keyboard = new Keyboard([command(['g t'], jump), command(['t'], t, { scope: 'timeline' })]);
  press(keyboard, 'g');
  press(keyboard, 't');
  expect([jump.mock.calls.length, t.mock.calls.length]).toEqual([1, 0]);
  press(keyboard, 't');
  expect([jump.mock.calls.length, t.mock.calls.length]).toEqual([1, 1]);
});

test('typing in a field runs no shortcut, but Ctrl+K works everywhere', () => {
  const [j, palette] = [vi.fn(), vi.fn()];
  const keyboard = new Keyboard([command(['j'], j), command(['$mod+k'], palette)]);
  const input = element<HTMLInputElement>('input');
  press(keyboard, 'j', input);
  press(keyboard, 'k', input, { ctrlKey: true });
  expect([j.mock.calls.length, palette.mock.calls.length]).toEqual([0, 1]);
});

test('Space and Enter on a button press the button', () => {
  const pause = vi.fn();
  const keyboard = new Keyboard([command(['Space'], pause)]);
  press(keyboard, ' ', element('button'));
  expect(pause).not.toHaveBeenCalled();
  press(keyboard, ' ');
  expect(pause).toHaveBeenCalledOnce();
});

test('a key that an input method uses runs nothing', () => {
  const act = vi.fn();
  const keyboard = new Keyboard([command(['Enter'], act)]);
  press(keyboard, 'Enter', document.body, { isComposing: true });
  press(keyboard, 'Enter', document.body, { keyCode: 229 });
  expect(act).not.toHaveBeenCalled();
});

test.each<[string, KeyboardEventInit]>([
  ['a US keyboard', { code: 'BracketLeft' }],
  ['AltGr on Linux', { code: 'Digit8', modifierAltGraph: true }],
  ['AltGr on Windows', { code: 'Digit8', ctrlKey: true, altKey: true, modifierAltGraph: true }],
  ['Option on a Mac', { code: 'Digit5', altKey: true }],
  ['Shift', { code: 'KeyA', shiftKey: true }],
])('a sign is a key however the keyboard makes it: %s', (_, init) => {
  const act = vi.fn();
  press(new Keyboard([command(['['], act)]), '[', document.body, init);
  expect(act).toHaveBeenCalledOnce();
});

test('a letter of another script stands for the one beside it', () => {
  const act = vi.fn();
  press(new Keyboard([command(['j'], act)]), 'о', document.body, { code: 'KeyJ' });
  expect(act).toHaveBeenCalledOnce();
});

test('keys of one part do not work in another', () => {
  const [list, tree] = [vi.fn(), vi.fn()];
  const keyboard = new Keyboard([
    command(['Delete'], tree, { scope: 'sidebar' }),
    command(['c'], list, { scope: 'timeline' }),
  ]);
  const sidebar = element<HTMLElement>('div');
  sidebar.dataset.scope = 'sidebar';
  press(keyboard, 'c', sidebar);
  press(keyboard, 'Delete');
  expect([list.mock.calls.length, tree.mock.calls.length]).toEqual([0, 0]);
  press(keyboard, 'Delete', sidebar);
  press(keyboard, 'c');
  expect([list.mock.calls.length, tree.mock.calls.length]).toEqual([1, 1]);
});
