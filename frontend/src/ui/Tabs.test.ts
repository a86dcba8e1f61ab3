import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, test, vi } from 'vitest';
import Tabs from './Tabs.svelte';

let shown: ReturnType<typeof mount> | undefined;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = undefined;
});

const chosen = vi.fn();
const tabs = () => [...document.querySelectorAll<HTMLElement>('[role=tab]')];
const selected = () => tabs().map((t) => t.getAttribute('aria-selected') === 'true');

function drawn() {
  chosen.mockClear();
  shown = mount(Tabs, {
    target: document.body,
    props: {
      label: 'Views',
      value: 'data',
      panel: 'view',
      onchange: chosen,
      tabs: [
        { value: 'data', label: 'Data' },
        { value: 'chart', label: 'Chart', count: 3 },
        { value: 'frame', label: 'Frame' },
      ],
    },
  });
  flushSync();
}

function press(key: string): boolean {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  document.activeElement!.dispatchEvent(event);
  flushSync();
  return event.defaultPrevented;
}

test('Tab leads to the chosen tab alone, and the arrows, Home and End go round and take the focus along', () => {
  drawn();
  expect(tabs().map((t) => t.tabIndex)).toEqual([0, -1, -1]);
  expect(tabs().map((t) => t.getAttribute('aria-controls'))).toEqual(['view', 'view', 'view']);
  tabs()[0].focus();
  for (const [key, at] of [
    ['ArrowRight', 1],
    ['ArrowRight', 2],
    ['ArrowRight', 0],
    ['ArrowLeft', 2],
    ['Home', 0],
    ['End', 2],
  ] as const) {
    expect(press(key), key).toBe(true);
    expect(document.activeElement, key).toBe(tabs()[at]);
    expect(selected().indexOf(true), key).toBe(at);
    expect(
      tabs()
        .map((t) => t.tabIndex)
        .indexOf(0),
      key,
    ).toBe(at);
  }
  expect(chosen.mock.calls.flat()).toEqual(['chart', 'frame', 'data', 'frame', 'data', 'frame']);
  expect(press('PageDown')).toBe(false);
});

test('a click chooses a tab, and a click on the chosen one changes nothing', () => {
  drawn();
  for (const at of [1, 1]) tabs()[at].click();
  flushSync();
  expect(selected()).toEqual([false, true, false]);
  expect(chosen.mock.calls).toEqual([['chart']]);
});
