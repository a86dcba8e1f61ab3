import { createRawSnippet, flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import Dialog from './Dialog.svelte';

let shown: ReturnType<typeof mount> | undefined;
const close = async () => {
  if (shown) await unmount(shown);
  shown = undefined;
};
afterEach(async () => {
  await close();
  document.body.replaceChildren();
});

const onclose = vi.fn();
const onsubmit = vi.fn();
const html = (html: string) => createRawSnippet(() => ({ render: () => html }));

/** A dialog over a page with a button, which had the focus. */
function drawn(body: string, more: { dirty?: boolean } = {}) {
  onclose.mockClear();
  onsubmit.mockClear();
  const before = document.body.appendChild(document.createElement('button'));
  before.focus();
  shown = mount(Dialog, {
    target: document.body,
    props: {
      title: 'Edit photo\u202Egpj.exe',
      onclose,
      onsubmit,
      children: html(`<div>${body}</div>`),
      footer: html('<button type="submit" name="save">Save</button>'),
      ...more,
    },
  });
  flushSync();
  return before;
}

const dialog = () => document.querySelector('dialog')!;
const at = () => document.activeElement as HTMLElement;
const named = (name: string) => document.querySelector<HTMLElement>(`[name=${name}]`)!;
function press(key: string, more: KeyboardEventInit = {}): string[] {
  const came: string[] = [];
  const hear = (event: KeyboardEvent) => came.push(event.key);
  addEventListener('keydown', hear);
  at().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  removeEventListener('keydown', hear);
  flushSync();
  return came;
}

test('the first field that can be used has the focus, and what had it before gets it back', async () => {
  const before = drawn('<input name="fixed" disabled><input name="name"><input name="more">');
  expect(dialog().open).toBe(true);
  const title = document.querySelector('h2')!;
  expect(dialog().getAttribute('aria-labelledby')).toBe(title.id);
  // What would turn a name round is shown.
  expect(title.textContent).toBe('Edit photo‹U+202E›gpj.exe');
  expect(at()).toBe(named('name'));
  await close();
  expect(at()).toBe(before);
});

test('a field that asks for the focus gets it, and without a field the dialog has it', async () => {
  drawn('<input name="first"><input name="wanted" autofocus>');
  expect(at()).toBe(named('wanted'));
  await close();
  drawn('<p>Nothing to type</p>');
  expect(at()).toBe(dialog());
});

test('Tab goes round, and no key runs a shortcut of the screen', () => {
  drawn('<input name="first">');
  const first = document.querySelector<HTMLElement>('header button')!;
  named('save').focus();
  expect(press('Tab')).toEqual([]);
  expect(at()).toBe(first);
  expect(press('Tab', { shiftKey: true })).toEqual([]);
  expect(at()).toBe(named('save'));
  named('first').focus();
  for (const key of ['j', '/', 'Delete', 'F2']) expect(press(key), key).toEqual([]);
  expect(onclose).not.toHaveBeenCalled();
});

test('Escape closes it; Ctrl+Enter submits it wherever the focus is', () => {
  drawn('<textarea name="text"></textarea>');
  expect(press('Enter', { ctrlKey: true })).toEqual([]);
  expect(onsubmit).toHaveBeenCalledTimes(1);
  press('Enter');
  expect(onsubmit).toHaveBeenCalledTimes(1);
  expect(press('Escape')).toEqual([]);
  expect(onclose).toHaveBeenCalledTimes(1);
});

test('with typed text Escape asks first, and a second one closes it', () => {
  drawn('<input name="name">', { dirty: true });
  press('Escape');
  expect(onclose).not.toHaveBeenCalled();
  expect(dialog().textContent).toContain('Discard');
  press('Escape');
  expect(onclose).toHaveBeenCalledTimes(1);
});

test('when what has the focus disappears or is disabled, the focus stays in the dialog', async () => {
  drawn('<input name="first"><input name="second">');
  named('second').focus();
  dialog().dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true }));
  named('second').remove();
  await tick();
  await vi.waitFor(() => expect(dialog().contains(at())).toBe(true));
  named('first').focus();
  named('first').setAttribute('disabled', '');
  await vi.waitFor(() => expect(at().matches(':disabled')).toBe(false));
  expect(dialog().contains(at())).toBe(true);
});

test('a field that comes later gets the focus, unless the reader has already pressed something', async () => {
  drawn('<p>Loading</p>');
  const body = document.querySelector('.body')!;
  body.insertAdjacentHTML('beforeend', '<input name="late">');
  await vi.waitFor(() => expect(at()).toBe(named('late')));
  named('save').focus();
  press('x');
  body.insertAdjacentHTML('afterbegin', '<input name="later">');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(at()).toBe(named('save'));
});
