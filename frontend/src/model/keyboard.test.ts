import { afterEach, expect, test, vi } from 'vitest';
import { Keyboard } from './keyboard';

const keys = new Keyboard();
afterEach(() => document.body.replaceChildren());

function press(key: string, target: HTMLElement = document.body, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  const off = (e: Event) => keys.press(e as KeyboardEvent);
  document.addEventListener('keydown', off, { once: true });
  target.dispatchEvent(event);
  document.removeEventListener('keydown', off);
  return event;
}
function element<T extends HTMLElement>(name: string): T {
  const made = document.createElement(name) as T;
  document.body.append(made);
  return made;
}

test('a key has its last binding until that is removed', () => {
  const [first, second] = [vi.fn(), vi.fn()];
  const offFirst = keys.on({ j: first });
  const offSecond = keys.on({ j: second });
  expect(press('j').defaultPrevented).toBe(true);
  offSecond();
  press('j');
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
  offFirst();
  expect(press('j').defaultPrevented).toBe(false);
});

test('two keys in a row are one command', () => {
  const [jump, t] = [vi.fn(), vi.fn()];
  const off = keys.on({ 'g t': jump, t });
  press('g');
  press('t');
  press('t');
  expect([jump.mock.calls.length, t.mock.calls.length]).toEqual([1, 1]);
  off();
});

test('typing in a field runs no shortcut, but Ctrl+K works everywhere', () => {
  const [j, palette] = [vi.fn(), vi.fn()];
  const off = keys.on({ j, 'Ctrl+k': palette });
  const input = element<HTMLInputElement>('input');
  press('j', input);
  press('k', input, { ctrlKey: true });
  expect([j.mock.calls.length, palette.mock.calls.length]).toEqual([0, 1]);
  off();
});

test('Space and Enter on a button press the button', () => {
  const pause = vi.fn();
  const off = keys.on({ Space: pause });
  press(' ', element('button'));
  expect(pause).not.toHaveBeenCalled();
  press(' ');
  expect(pause).toHaveBeenCalledOnce();
  off();
});
