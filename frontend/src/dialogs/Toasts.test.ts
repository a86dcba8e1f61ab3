import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test } from 'vitest';
import { toasts } from '../model/toasts.svelte';
import NoticesDialog from './NoticesDialog.svelte';
import Toasts from './Toasts.svelte';

const mounted: ReturnType<typeof mount>[] = [];
afterEach(async () => {
  for (const shown of mounted.splice(0)) await unmount(shown);
});

test('toasts, and the notices in which they are read again, show the characters that would turn them round', () => {
  mounted.push(mount(Toasts, { target: document.body }));
  toasts.add('Removed photo\u202Egpj\u200B.exe', { tone: 'down' });
  flushSync();
  expect(document.body.textContent).toContain('Removed photo‹U+202E›gpj‹U+200B›.exe');
  toasts.dismiss(toasts.list[0].id);
  mounted.push(mount(NoticesDialog, { target: document.body, props: { onclose: () => {} } }));
  flushSync();
  expect(document.querySelector('dialog')!.textContent).toContain('Removed photo‹U+202E›gpj‹U+200B›.exe');
  expect(document.body.innerHTML).not.toMatch(/[\u202e\u200b]/);
});
