import { expect, test } from 'vitest';
import type { Gaps, Health } from '../bridge/types';
import { inTrouble, standing, worstFirst } from './standing';

const feed = (name: string, health: Partial<Health>, gaps?: Partial<Gaps>) => ({
  name,
  health: { state: 'open', since: '2026-11-21T14:00:00Z', attempt: 0, ...health } as Health,
  gaps: gaps && { count: 1, missing: 0, unknown: 0, ...gaps },
});

test('the worst feed comes first, and the others by name', () => {
  const feeds = [
    feed('shop.10', {}),
    feed('shop.9', {}),
    feed('resumed', {}, { count: 3 }),
    feed('unknown', {}, { unknown: 1 }),
    feed('missing', {}, { missing: 18 }),
    feed('paused', { state: 'stopped', code: 'paused' }),
    feed('silent', { state: 'quiet' }),
    feed('waiting', { state: 'waiting', attempt: 1 }),
    feed('audit', { state: 'stopped', code: 'status' }, { missing: 5 }),
  ];
  expect(worstFirst(feeds).map((f) => f.name)).toEqual([
    'audit',
    'waiting',
    'silent',
    'paused',
    'missing',
    'unknown',
    'resumed',
    'shop.9',
    'shop.10',
  ]);
});

test('a reconnection is trouble once an attempt has failed or the wait is long', () => {
  const since = '2026-11-21T14:00:00Z';
  const of = (health: Partial<Health>) => standing(feed('a', { since, ...health }));
  expect(of({ state: 'waiting', attempt: 0, retry_at: '2026-11-21T14:00:03Z' })).toBe('fine');
  expect(of({ state: 'connecting', attempt: 1 })).toBe('fine');
  expect(of({ state: 'waiting', attempt: 1, retry_at: '2026-11-21T14:00:03Z' })).toBe('waiting');
  expect(of({ state: 'connecting', attempt: 2 })).toBe('waiting');
  expect(of({ state: 'waiting', attempt: 0, retry_at: '2026-11-21T14:10:00Z' })).toBe('waiting');
});

test('a feed that the user paused, or that lost something earlier, is not in trouble', () => {
  expect(inTrouble(feed('a', { state: 'stopped', code: 'paused' }))).toBe(false);
  expect(inTrouble(feed('a', {}, { missing: 5 }))).toBe(false);
  expect(inTrouble(feed('a', { state: 'quiet' }))).toBe(true);
});
