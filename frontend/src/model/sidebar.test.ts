import { beforeEach, expect, test } from 'vitest';
import type { Source } from '../bridge/types';
import { Layout } from './layout.svelte';
import { Sidebar } from './sidebar.svelte';

const source = (id: number, name: string, more: Partial<Source> = {}): Source => ({
  id,
  name,
  kind: 'channel',
  colour: 1,
  created: '',
  messages: 0,
  bytes: 0,
  unread: 0,
  last: 0,
  rate: 0,
  clients: 0,
  ...more,
});

let sources: Source[];
let opened: unknown[];
let layout: Layout;
let sidebar: Sidebar;

function begin(list: Source[]) {
  sources = list;
  opened = [];
  layout = new Layout({ window: async () => ({}), saveWindow: async () => {} });
  sidebar = new Sidebar({
    live: {
      get sources() {
        return sources;
      },
      get feeds() {
        return sources.filter((s) => s.kind === 'feed');
      },
      get channels() {
        return sources.filter((s) => s.kind === 'channel');
      },
      byId: (id: number) => sources.find((s) => s.id === id),
    },
    layout,
    place: {
      screen: 'timeline',
      active: { source: null, q: '', at: '', message: '' },
      open: (id: number | null, q?: string) => void opened.push(q === undefined ? id : [id, q]),
      go: (change) => void opened.push(change),
    },
  });
}
const keys = () => sidebar.rows.map((r) => r.key);

beforeEach(() => begin([source(1, 'audit'), source(2, 'shop.carts'), source(3, 'shop.orders'), source(4, 'zoo')]));

test('screens, then sources under their headings', () => {
  expect(keys()).toEqual(['all', 'health', 'feeds', 'none feeds', 'channels', 's1', 'channels/shop', 's2', 's3', 's4']);
});

test('the arrow keys move, fold and unfold', () => {
  sidebar.cursor = 's3';
  sidebar.foldOrLeave();
  expect(sidebar.cursor).toBe('channels/shop');
  sidebar.foldOrLeave();
  expect(keys()).not.toContain('s2');
  sidebar.unfold();
  sidebar.unfold();
  expect(sidebar.cursor).toBe('s2');
  sidebar.last();
  sidebar.move(1);
  expect(sidebar.cursor).toBe('s4');
  sidebar.first();
  sidebar.move(-1);
  expect(sidebar.cursor).toBe('all');
});

test('Enter opens what has the cursor', () => {
  for (const key of ['all', 'health', 's3']) {
    sidebar.cursor = key;
    sidebar.activate();
  }
  layout.views = [{ name: 'Large orders', source: 3, q: 'paid' }];
  sidebar.cursor = 'view Large orders';
  sidebar.activate();
  expect(opened).toEqual([null, { screen: 'health' }, 3, [3, 'paid']]);
});

test('several sources are selected, and are what an action is about', () => {
  const names = () => sidebar.targets.map((s) => s.name);
  sidebar.cursor = 's1';
  expect(names()).toEqual(['audit']);
  sidebar.toggle();
  sidebar.toggle(sidebar.rows.find((r) => r.key === 's4')!);
  expect(names()).toEqual(['audit', 'zoo']);
  sidebar.extendTo(sidebar.rows.find((r) => r.key === 's3')!);
  expect(names()).toEqual(['shop.orders', 'zoo']);
  sidebar.move(-1, true);
  expect(names()).toEqual(['shop.carts', 'shop.orders', 'zoo']);
  sources = sources.filter((s) => s.id !== 3);
  expect(sidebar.leave()).toBe(true);
  expect(sidebar.leave()).toBe(false);
});

test('a group is selected with all its members', () => {
  const group = () => sidebar.rows.find((r) => r.key === 'channels/shop')!;
  sidebar.toggle(group());
  expect([...sidebar.selection]).toEqual([2, 3]);
  sidebar.toggle(group());
  expect(sidebar.selection.size).toBe(0);
});

test('typing goes to the next name that begins so', () => {
  sidebar.typeAhead('z');
  expect(sidebar.cursor).toBe('s4');
  sidebar.typeAhead('a');
  expect(sidebar.cursor).toBe('s1');
  sidebar.typeAhead('s');
  sidebar.typeAhead('sh');
  expect(sidebar.cursor).toBe('channels/shop');
  sidebar.typeAhead('xyz');
  expect(sidebar.cursor).toBe('channels/shop');
});

test('a search finds any part of a name, with its whole name', () => {
  sidebar.query = 'ORD';
  expect(keys()).toEqual(['channels', 's3']);
  expect(sidebar.rows[1]).toMatchObject({ name: 'shop.orders' });
  sidebar.query = 'nothing';
  expect(keys()).toEqual([]);
  expect(sidebar.leave()).toBe(true);
  expect(sidebar.query).toBe('');
});

test('a source that is opened from elsewhere is found, however deep it is folded', () => {
  begin(Array.from({ length: 300 }, (_, i) => source(i + 1, `com.acme.${i % 3 ? 'eu' : 'us'}.s${i}`)));
  layout.folds = { channels: true };
  expect(keys()).toEqual(['all', 'health', 'feeds', 'none feeds', 'channels']);
  sidebar.reveal(200);
  expect(sidebar.cursor).toBe('s200');
  expect(sidebar.rows[sidebar.at].key).toBe('s200');
});

test('many sources are folded at first, and stay as the user left them', () => {
  begin(Array.from({ length: 60 }, (_, i) => source(i + 1, `t${i % 4}.s${i}`)));
  expect(keys().filter((k) => k.startsWith('s'))).toEqual([]);
  sidebar.fold('channels/t1', false);
  expect(keys().filter((k) => k.startsWith('s'))).toHaveLength(15);
});

test('rows keep their places while the pointer is on them', () => {
  begin([source(1, 'a', { rate: 1 }), source(2, 'b', { rate: 2 })]);
  layout.order = 'activity';
  sidebar.settle();
  const order = () => keys().filter((k) => /^s\d/.test(k));
  expect(order()).toEqual(['s2', 's1']);
  sidebar.hovered = true;
  sources = [source(1, 'a', { rate: 9 }), source(2, 'b', { rate: 2 })];
  layout.folds = { ...layout.folds };
  sidebar.settle();
  expect(order()).toEqual(['s2', 's1']);
  sidebar.hovered = false;
  sidebar.settle();
  expect(order()).toEqual(['s1', 's2']);
});
