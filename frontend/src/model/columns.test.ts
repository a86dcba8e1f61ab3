import { expect, test } from 'vitest';
import { Columns, MOST_COLUMNS, WIDTH } from './columns.svelte';
import type { Column, KeptView } from './layout.svelte';

const stored = (views: KeptView[] = []) => ({ columns: {} as Record<string, readonly Column[]>, views });
const all = { source: null, q: '' };
const shop = { source: 7, q: '' };

test('each source has columns of its own, whatever its filter is', () => {
  const columns = new Columns(stored());
  columns.toggle(shop, '$.total');
  columns.toggle(shop, '$.state');
  columns.toggle(all, '$.n');
  expect(columns.of({ source: 7, q: 'paid' }).map((c) => c.path)).toEqual(['$.total', '$.state']);
  expect(columns.of(all)).toEqual([{ path: '$.n', width: WIDTH.usual }]);
  columns.toggle(shop, '$.total');
  expect(columns.of(shop).map((c) => c.path)).toEqual(['$.state']);
});

test('a kept view has columns of its own', () => {
  const kept = stored([{ name: 'Large', source: 7, q: '$.total > 50', columns: [{ path: '$.total', width: 62 }] }]);
  const columns = new Columns(kept);
  columns.toggle({ source: 7, q: '$.total > 50' }, '$.state');
  expect(kept.views[0].columns?.map((c) => c.path)).toEqual(['$.total', '$.state']);
  expect(columns.of(shop)).toEqual([]);
});

test('columns change their order and their width within limits', () => {
  const columns = new Columns(stored());
  for (const path of ['$.a', '$.b', '$.c']) columns.toggle(shop, path);
  columns.move(shop, '$.c', -2);
  columns.move(shop, '$.a', -5);
  columns.resize(shop, '$.a', 1);
  expect(columns.of(shop).map((c) => [c.path, c.width])).toEqual([
    ['$.c', WIDTH.usual],
    ['$.a', WIDTH.least],
    ['$.b', WIDTH.usual],
  ]);
  for (let i = 3; i < MOST_COLUMNS; i++) expect(columns.toggle(shop, `$.x${i}`)).toBe(true);
  expect(columns.toggle(shop, '$.more')).toBe(false);
});
