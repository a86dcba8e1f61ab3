import { flushSync, mount, unmount } from 'svelte';
import { expect, test } from 'vitest';
import type { Source } from '../bridge/types';
import SourceLine from './SourceLine.svelte';

// Both characters turn or hide what follows: "\u202E" shows "gpj.exe" as "exe.jpg".
const name = 'photo\u202Egpj\u200B.exe';

test('in the sidebar a name shows the characters that would turn it round or cannot be seen', async () => {
  const source = { id: 1, name, kind: 'channel', colour: 1, rate: 0, unread: 0, clients: 0 } as Source;
  const shown = mount(SourceLine, { target: document.body, props: { source, name, onmenu: () => {} } });
  flushSync();
  expect(document.body.textContent).toContain('photo‹U+202E›gpj‹U+200B›.exe');
  // Neither in a tooltip nor in a name for screen readers.
  expect(document.body.innerHTML).not.toMatch(/[\u202e\u200b]/);
  await unmount(shown);
});
