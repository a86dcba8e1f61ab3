import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { INSPECTOR, Layout, SIDEBAR } from './layout.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function layoutOf(was: Record<string, unknown>) {
  const saved: object[] = [];
  const layout = new Layout({
    window: async () => was,
    saveWindow: async (l: object) => void saved.push(l),
  });
  return { layout, saved };
}

test('what was remembered comes back', async () => {
  const { layout } = layoutOf({ sidebar: 300, inspector_open: false, source: 'chat', view: 'timeline' });
  await layout.load();
  expect([layout.sidebar, layout.inspectorOpen, layout.source, layout.inspector]).toEqual([
    300,
    false,
    'chat',
    INSPECTOR.usual,
  ]);
});

test('an invalid stored layout does no harm', async () => {
  const { layout } = layoutOf({ sidebar: 'wide', inspector: -4, view: 'cellar', source: 7, composer_open: 'yes' });
  await layout.load();
  expect([layout.sidebar, layout.inspector, layout.view, layout.source, layout.composerOpen]).toEqual([
    SIDEBAR.usual,
    INSPECTOR.least,
    'timeline',
    null,
    true,
  ]);
});

test('who went somewhere before it was read stays there', async () => {
  const { layout } = layoutOf({ source: 'chat', view: 'health' });
  const loaded = layout.load();
  layout.go('timeline', null);
  await loaded;
  expect([layout.view, layout.source]).toEqual(['timeline', null]);
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
  expect(saved).toMatchObject([{ sidebar: 259 }]);
});
