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
  const { layout } = layoutOf({ sidebar: 'wide', inspector: -4, place: 7, composer: { all: 'yes' } });
  await layout.load();
  expect([layout.sidebar, layout.inspector, layout.place, layout.composerOpen]).toEqual([
    SIDEBAR.usual,
    INSPECTOR.least,
    '',
    false,
  ]);
});

test('the publish form is open below a channel, and elsewhere once it was opened there', async () => {
  const stored = {};
  const { layout } = layoutOf(stored);
  await layout.load();
  const open = () =>
    (['all', 'feed', 'channel'] as const).map((kind) => {
      layout.shownKind = kind;
      return layout.composerOpen;
    });
  expect(open()).toEqual([false, false, true]);
  layout.shownKind = 'feed';
  layout.composerOpen = true;
  layout.keep();
  await vi.advanceTimersByTimeAsync(1000);
  const { layout: next } = layoutOf(stored);
  await next.load();
  next.shownKind = 'feed';
  expect([open(), next.composerOpen]).toEqual([[false, true, true], true]);
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
  two.shownKind = 'channel';
  two.composerOpen = false;
  two.keep();
  await vi.advanceTimersByTimeAsync(1000);
  expect(stored).toEqual({ sidebar: 300, composer: { all: false, feed: false, channel: false } });
});

test('another tab hears at once what all tabs share, and does not save it again', async () => {
  const [one, two] = [layoutOf({ sidebar: 300 }), layoutOf({ sidebar: 200 })];
  await one.layout.load();
  await two.layout.load();
  /** Two ends of a channel, of which each posts to the other. */
  const ends = [0, 1].map(() => ({ onmessage: null as ((event: { data: unknown }) => void) | null, close() {} }));
  const end = (i: number) =>
    Object.assign(ends[i], { postMessage: (data: unknown) => ends[1 - i].onmessage?.({ data }) });
  one.layout.share(end(0) as unknown as BroadcastChannel);
  const stop = two.layout.share(end(1) as unknown as BroadcastChannel);
  one.layout.muted = [7];
  one.layout.sidebar = 320;
  one.layout.keep();
  expect([two.layout.muted, two.layout.sidebar]).toEqual([[7], 200]);
  two.layout.keep();
  await vi.advanceTimersByTimeAsync(1000);
  expect([one.saved, two.saved]).toEqual([[{ muted: [7], sidebar: 320 }], []]);
  stop();
});
