import { flushSync, mount, unmount } from 'svelte';
import { expect, test, vi } from 'vitest';
import type { Source } from '../bridge/types';
import FeedLine from './FeedLine.svelte';

test('on the health screen names and reasons show the characters that would turn them round', async () => {
  const source = {
    id: 1,
    name: 'photo\u202Egpj.exe',
    kind: 'feed',
    created: '2026-11-20T10:00:00Z',
    health: {
      state: 'waiting',
      since: '2026-11-21T10:00:00Z',
      reason: 'The server said \u202Eon\u200B.',
      attempt: 2,
      up: 0.5,
      rate: 0,
      reconnects: 1,
      heartbeat_ms: 0,
      rhythm_ms: 0,
    },
  } as Source;
  const props = { source, index: 2, open: false, stop: true, ontoggle: vi.fn(), onfocus: vi.fn() };
  const shown = mount(FeedLine, { target: document.body, props });
  flushSync();
  expect(document.body.textContent).toContain('photo‹U+202E›gpj.exe');
  expect(document.body.textContent).toContain('The server said ‹U+202E›on‹U+200B›.');
  expect(document.body.innerHTML).not.toMatch(/[\u202e\u200b]/);
  await unmount(shown);
});
