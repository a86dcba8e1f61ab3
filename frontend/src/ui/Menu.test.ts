import { createRawSnippet, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import Menu from './Menu.svelte';

let shown: ReturnType<typeof mount> | undefined;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = undefined;
  document.body.replaceChildren();
});

const chosen = vi.fn();
const items = ['Pause', 'Edit', 'Remove', 'Reconnect'].map((label) => ({
  label,
  disabled: label === 'Edit',
  act: () => chosen(label, document.activeElement?.textContent),
}));

/** A control that opens a menu, in the page or in an element of it. */
async function drawn(target: Element = document.body) {
  chosen.mockClear();
  const trigger = createRawSnippet<[Record<string, unknown>]>((props) => ({
    render: () => '<button>Actions</button>',
    setup: (button) => {
      for (const [name, value] of Object.entries(props())) {
        if (name.startsWith('on')) button.addEventListener(name.slice(2), value as EventListener);
        else if (typeof value === 'string') button.setAttribute(name, value);
      }
      for (const key of Object.getOwnPropertySymbols(props())) {
        (props()[key as unknown as string] as (node: Element) => void)(button);
      }
    },
  }));
  shown = mount(Menu, { target, props: { label: 'Manage', items, trigger } });
  const control = await vi.waitFor(() => target.querySelector('button') ?? Promise.reject());
  control.focus();
  return control;
}

const menu = () => document.querySelector<HTMLElement>('[role=menu]');
const opened = () => vi.waitFor(() => expect(menu()?.contains(document.activeElement)).toBe(true));
const gone = () => vi.waitFor(() => expect(menu()).toBeNull());
const at = () => document.activeElement?.textContent?.trim();

/** Presses a key where the focus is. Returns what of it came to the window, where the shortcuts are. */
function press(key: string, more: KeyboardEventInit = {}): string[] {
  const came: string[] = [];
  const hear = (event: KeyboardEvent) => came.push(event.key);
  addEventListener('keydown', hear);
  const code = key === ' ' ? 'Space' : key;
  document.activeElement!.dispatchEvent(
    new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...more }),
  );
  removeEventListener('keydown', hear);
  return came;
}

test('by keyboard: the arrows go round, letters find an entry, and Enter runs it after the focus has returned', async () => {
  const control = await drawn();
  press('ArrowDown');
  await opened();
  await vi.waitFor(() => expect(at()).toBe('Pause'));
  for (const [key, want] of [
    ['ArrowDown', 'Remove'],
    ['ArrowDown', 'Reconnect'],
    ['ArrowDown', 'Pause'],
    ['ArrowUp', 'Reconnect'],
    ['Home', 'Pause'],
    ['End', 'Reconnect'],
    ['p', 'Pause'],
  ]) {
    expect(press(key), `${key} came to the shortcuts`).toEqual([]);
    await vi.waitFor(() => expect(at(), key).toBe(want));
  }
  press('Enter');
  await gone();
  expect(chosen.mock.calls).toEqual([['Pause', 'Actions']]);
  expect(document.activeElement).toBe(control);
});

test('Escape and Tab close it, run nothing, and return the focus', async () => {
  const control = await drawn();
  for (const key of ['Escape', 'Tab']) {
    press('Enter');
    await opened();
    expect(press(key)).toEqual([]);
    await gone();
    expect(document.activeElement, key).toBe(control);
  }
  expect(chosen).not.toHaveBeenCalled();
});

test('a disabled entry cannot be chosen', async () => {
  await drawn();
  press('Enter');
  await opened();
  const edit = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')].find((e) =>
    e.textContent?.includes('Edit'),
  );
  edit!.click();
  expect(chosen).not.toHaveBeenCalled();
  expect(menu()).not.toBeNull();
});

test('in a dialog it is inside the dialog, and Escape goes no further than the menu', async () => {
  const dialog = document.body.appendChild(document.createElement('dialog'));
  const control = await drawn(dialog);
  press('Enter');
  await opened();
  expect(dialog.contains(menu())).toBe(true);
  expect(press('Escape')).toEqual([]);
  await gone();
  expect(document.activeElement).toBe(control);
});

test('it opens at a point too, and the focus returns to where it was', async () => {
  await drawn();
  const list = document.body.appendChild(document.createElement('div'));
  list.tabIndex = 0;
  list.focus();
  (shown as unknown as { openAt: (point: { x: number; y: number }) => void }).openAt({ x: 40, y: 50 });
  await opened();
  press('Escape');
  await gone();
  expect(document.activeElement).toBe(list);
});
