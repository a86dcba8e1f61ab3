import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TALLEST } from '../lib/scroll';
import VirtualList from './VirtualList.svelte';

const ROW = 28;
/** The height of the list. There is no layout here, so the test says it. */
let height = 280;
const observers = new Set<() => void>();

beforeEach(() => {
  height = 280;
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockImplementation(() => height);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      #tell: () => void;
      #on: Element[] = [];
      constructor(then: (entries: unknown[]) => void) {
        this.#tell = () => then(this.#on.map((target) => ({ target })));
      }
      observe(element: Element) {
        this.#on.push(element);
        observers.add(this.#tell);
        this.#tell();
      }
      unobserve() {}
      disconnect() {
        observers.delete(this.#tell);
      }
    },
  );
});

let shown: ReturnType<typeof mount> | undefined;
afterEach(async () => {
  if (shown) await unmount(shown);
  shown = undefined;
  observers.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const row = createRawSnippet<[number]>((index) => ({
  render: () => '<p></p>',
  setup: (element) => {
    $effect(() => {
      element.textContent = String(index());
    });
  },
}));

interface List {
  reveal: (index: number) => void;
  scrollScreens: (screens: number) => void;
  seen: () => { first: number; last: number };
}

/** A list of rows, by default 100,000 from its start. What is changed in `props` is drawn. */
function list(more: { count?: number; startIndex?: number | null; following?: boolean } = {}) {
  const views: { first: number; last: number; atEnd: boolean; byReader: boolean }[] = [];
  const props = $state({
    rowHeight: ROW,
    extra: [] as [number, number][],
    base: 0,
    count: 100_000,
    above: 0,
    below: 0,
    generation: 1,
    startIndex: 0 as number | null,
    following: false,
    row,
    onview: (view: (typeof views)[number]) => views.push(view),
    onseek: vi.fn(),
    ...more,
  });
  shown = mount(VirtualList, { target: document.body, props });
  flushSync();
  return { props, views, list: shown as unknown as List };
}

const scroller = () => document.querySelector<HTMLElement>('.scroller')!;
/** The rows that are drawn, from the top. Elements are used again, so their order in the page is another. */
const rows = () => [...document.querySelectorAll('p')].map((p) => Number(p.textContent)).sort((a, b) => a - b);
/** How far the first of them begins above the view, in pixels. */
const hidden = () =>
  Math.abs(Number(document.querySelector<HTMLElement>('.rows')!.style.transform.match(/-?[\d.]+/)![0]));
const act = (what: () => void) => {
  what();
  flushSync();
};

test('of a hundred thousand rows those in sight are drawn, wherever it is scrolled to', () => {
  const { list: shown } = list();
  expect(rows()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  act(() => shown.reveal(99_999));
  expect(rows()).toEqual([99_990, 99_991, 99_992, 99_993, 99_994, 99_995, 99_996, 99_997, 99_998, 99_999]);
  act(() => shown.reveal(50_000));
  expect([rows()[0], rows().length, hidden()]).toEqual([50_000, 10, 0]);
  act(() => shown.reveal(0));
  expect(rows()[0]).toBe(0);
  expect(parseFloat(document.querySelector<HTMLElement>('.spacer')!.style.height)).toBeLessThanOrEqual(TALLEST);
});

test('a screenful leaves one row in sight, and stops at both ends', () => {
  const { list: shown, views } = list();
  act(() => shown.scrollScreens(1));
  expect(rows()[0]).toBe(9);
  act(() => shown.scrollScreens(-1));
  expect(rows()[0]).toBe(0);
  act(() => shown.scrollScreens(-1));
  expect(rows()[0]).toBe(0);
  act(() => shown.scrollScreens(1e6));
  expect(rows().at(-1)).toBe(99_999);
  expect(views.at(-1)).toMatchObject({ atEnd: true });
  expect(views.some((view) => view.byReader)).toBe(true);
});

test('while it follows the end new rows come into sight; otherwise nothing moves', () => {
  const { props } = list({ count: 100, startIndex: null, following: true });
  expect(rows().at(-1)).toBe(99);
  act(() => (props.count = 130));
  expect(rows().at(-1)).toBe(129);
  act(() => (props.following = false));
  act(() => (props.count = 160));
  expect([rows()[0], rows().at(-1)]).toEqual([120, 129]);
  // Rows that are dropped at the other end move nothing either.
  act(() => Object.assign(props, { base: 50, count: 110, above: 50 }));
  expect([rows()[0], rows().at(-1)]).toEqual([120, 129]);
});

test('a list that is resized stays at the end that it follows, or at its first row', () => {
  const { props } = list({ count: 100, startIndex: null, following: true });
  const resize = (to: number) =>
    act(() => {
      height = to;
      for (const tell of [...observers]) tell();
    });
  resize(560);
  expect([rows()[0], rows().at(-1), rows().length]).toEqual([80, 99, 20]);
  act(() => (props.following = false));
  resize(140);
  expect([rows()[0], rows().at(-1)]).toEqual([80, 84]);
  resize(280);
  expect([rows()[0], rows().at(-1)]).toEqual([80, 89]);
});

test('the first row in sight stays where it is when a row above it becomes higher, and others make room', () => {
  const { props, list: shown } = list();
  act(() => shown.reveal(509));
  expect([rows()[0], hidden()]).toEqual([500, 0]);
  act(() => {
    props.extra = [[20, 40]];
  });
  expect([rows()[0], hidden()]).toEqual([500, 0]);
  act(() => {
    props.extra = [
      [20, 40],
      [502, 56],
    ];
  });
  expect([rows()[0], rows().at(-1), hidden()]).toEqual([500, 507, 0]);
  expect(shown.seen()).toEqual({ first: 500, last: 507 });
  // Of a high row all of it is shown.
  act(() => shown.reveal(0));
  act(() => shown.reveal(502));
  expect([rows().at(-1), hidden()]).toEqual([502, 0]);
  expect(rows()).toHaveLength(8);
});

test('another list is shown from where it begins, or at its end', () => {
  const { props, list: shown } = list();
  act(() => shown.reveal(70_000));
  act(() => Object.assign(props, { generation: 2, count: 50, startIndex: 30 }));
  expect(rows()[0]).toBe(29);
  act(() => Object.assign(props, { generation: 3, startIndex: null }));
  expect(rows().at(-1)).toBe(49);
  expect(scroller().tabIndex).toBe(0);
});
