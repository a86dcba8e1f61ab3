import { expect, test } from 'vitest';
import type { FeedState, Source } from '../bridge/types';
import { flat, inTrouble, nameOrder, treeOf, type Order, type TreeRow } from './sourcetree';

let ids = 0;
const source = (name: string, rate = 0, state?: FeedState): Source => ({
  id: ++ids,
  name,
  kind: state ? 'feed' : 'channel',
  colour: 1,
  created: '',
  messages: 0,
  bytes: 0,
  unread: 0,
  last: 0,
  rate,
  clients: 0,
  health: state && {
    state,
    since: '',
    attempt: 0,
    connection: 0,
    rate,
    messages: 0,
    heartbeat_ms: 0,
    rhythm_ms: 0,
    longest_silence_ms: 0,
    reconnects: 0,
    up: 1,
    connect_p50_us: 0,
    retry_ms: 0,
  },
});
const words = (rows: TreeRow[]) =>
  rows.map((r) => `${'  '.repeat(r.level - 1)}${r.kind === 'group' ? `${r.name} (${r.members.length})` : r.name}`);
const tree = (sources: Source[], order: Order = 'name', folded: string[] = []) =>
  words(treeOf(nameOrder()(sources), { order, folded: (k) => folded.includes(k), shown: inTrouble, level: 1 }));

test('sources with the same words before a dot are a group, and drop them', () => {
  expect(tree(['shop.orders', 'audit', 'shop.carts', 'fleet.porto'].map((n) => source(n)))).toEqual([
    'audit',
    'fleet.porto',
    'shop (2)',
    '  carts',
    '  orders',
  ]);
});

test('a folded group shows its members in trouble', () => {
  const sources = [
    source('fleet.porto', 0, 'waiting'),
    source('fleet.lyon', 0, 'quiet'),
    source('fleet.bern', 4, 'open'),
  ];
  expect(tree(sources, 'name', ['/fleet'])).toEqual(['fleet (3)', '  lyon', '  porto']);
});

test('names are ordered as people read them', () => {
  expect(tree(['seed10', 'Seed2', 'ätna', 'seed1'].map((n) => source(n)))).toEqual([
    'ätna',
    'seed1',
    'Seed2',
    'seed10',
  ]);
});

test('the busiest first, and groups by all that their members receive', () => {
  const sources = [source('a', 5), source('b.x', 4), source('b.y', 3), source('c', 0)];
  expect(tree(sources, 'activity')).toEqual(['b (2)', '  x', '  y', 'a', 'c']);
});

test('trouble first', () => {
  const sources = [
    source('a', 9, 'open'),
    source('b', 0, 'quiet'),
    source('c', 0, 'waiting'),
    source('d', 0, 'stopped'),
  ];
  expect(tree(sources, 'trouble')).toEqual(['c', 'b', 'a', 'd']);
});

test('a prefix that all members share is one group, and large groups have groups inside', () => {
  const sources = [];
  for (let i = 0; i < 30; i++) sources.push(source(`com.acme.${i % 2 ? 'eu' : 'us'}.s${i}`));
  const rows = tree(sources);
  expect(rows.slice(0, 3)).toEqual(['com.acme (30)', '  eu (15)', '    s1']);
  expect(rows).toHaveLength(33);
});

test('odd names are sources like all others', () => {
  const names = ['.', '..', '.a', '.b', 'a.', 'a..b', 'a', 'a.b'];
  const rows = treeOf(nameOrder()(names.map((n) => source(n))), {
    order: 'name',
    folded: () => false,
    shown: () => false,
    level: 1,
  });
  const seen = rows.flatMap((r) => (r.kind === 'source' ? [r.source.name] : []));
  expect(seen.sort()).toEqual([...names].sort());
  expect(rows.every((r) => r.name !== '')).toBe(true);
});

test('a rename changes the order by name', () => {
  const order = nameOrder();
  const [a, b] = [source('a'), source('b')];
  expect(order([a, b]).map((s) => s.name)).toEqual(['a', 'b']);
  expect(order([{ ...a, name: 'c' }, b]).map((s) => s.name)).toEqual(['b', 'c']);
  expect(words(flat([a, b], { level: 1, order: 'name' }))).toEqual(['a', 'b']);
});
