import { expect, test } from 'vitest';
import type { Source, State } from '../bridge/types';
import { merge } from './merge';

const source = (id: number, rest: Partial<Source> = {}) => ({ id, name: `s${id}`, rate: 0, ...rest }) as Source;
const state = (rest: Partial<State>) => ({ whole: false, removed: [], sources: [], ...rest }) as State;

test('a whole response replaces the state', () => {
  const next = state({ whole: true, sources: [source(2)] });
  expect(merge(state({ sources: [source(1)] }), next)).toBe(next);
  expect(merge(null, state({ sources: [source(1)] })).sources).toHaveLength(1);
});

test('changed sources are replaced, new ones join in order, and removed ones leave', () => {
  const old = state({ sources: [source(1), source(2), source(4)] });
  const merged = merge(old, state({ sources: [source(4, { rate: 7 }), source(3)], removed: [2] }));
  expect(merged.sources.map((s) => [s.id, s.rate])).toEqual([
    [1, 0],
    [3, 0],
    [4, 7],
  ]);
  expect(merged.sources[0]).toBe(old.sources[0]);
});
