import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { INSPECTOR, Layout, SIDEBAR } from './layout.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A layout whose server keeps what it does not name, as PATCH does. */
function layoutOf(was: Record<string, unknown>) {
  const saved: object[] = [];
  const layout = new Layout({
    window: async () => was,
    saveWindow: async (change: object) => {
      saved.push(change);
      Object.assign(was, change);
    },
  });
  return { layout, saved };
}

test('what was remembered comes back', async () => {
  const { layout } = layoutOf({ sidebar: 300, inspector_open: false, place: '#/health' });
  await layout.load();
  expect([layout.sidebar, layout.inspectorOpen, layout.place, layout.inspector]).toEqual([
    300,
    false,
    '#/health',
    INSPECTOR.usual,
  ]);
});

test('an invalid stored layout does no harm', async () => {
  const { layout } = layoutOf({ sidebar: 'wide', inspector: -4, place: 7, composer_open: 'yes' });
  await layout.load();
  expect([layout.sidebar, layout.inspector, layout.place, layout.composerOpen]).toEqual([
    SIDEBAR.usual,
    INSPECTOR.least,
    '',
    true,
  ]);
});

test('many changes are saved once, and none before the old ones were read', async () => {
  const { layout, saved } = layoutOf({});
  layout.resizeSidebar(200);
  layout.keep();
  await vi.advanceTimersByTimeAsync(1000);
  expect(saved).toEqual([]);
  await layout.load();
  for (let w = 210; w < 260; w++) {
    layout.resizeSidebar(w);
    layout.keep();
  }
  await vi.advanceTimersByTimeAsync(1000);
  expect(saved).toEqual([{ sidebar: 259 }]);
});

test('two tabs do not undo what the other stored', async () => {
  const stored = {};
  const [one, two] = [layoutOf(stored).layout, layoutOf(stored).layout];
  await Promise.all([one.load(), two.load()]);
  one.resizeSidebar(300);
  one.keep();
  await vi.advanceTimersByTimeAsync(1000);
  two.composerOpen = false;
  two.keep();
  await vi.advanceTimersByTimeAsync(1000);
  expect(stored).toEqual({ sidebar: 300, composer_open: false });
});
