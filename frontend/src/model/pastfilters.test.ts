import { expect, test } from 'vitest';
import { PastFilters } from './pastfilters';

test('a filter is remembered once, the newest first, and can be forgotten', () => {
  const past = new PastFilters({ filters: [] });
  for (const q of ['a', 'b', ' a ', '', '  ', 'c']) past.add(q);
  expect(past.list).toEqual(['c', 'a', 'b']);
  past.forget('a');
  expect(past.list).toEqual(['c', 'b']);
});

test('what is remembered has room in the stored layout', () => {
  const past = new PastFilters({ filters: [] });
  for (let i = 0; i < 80; i++) past.add(`filter ${i}`);
  expect(past.list).toHaveLength(50);
  for (let i = 0; i < 80; i++) past.add(`${i} ${'x'.repeat(400)}`);
  expect(past.list.join('').length).toBeLessThanOrEqual(5000);
  const before = past.list;
  past.add('y'.repeat(1001));
  expect(past.list).toBe(before);
});
