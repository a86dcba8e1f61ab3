import { expect, test } from 'vitest';
import { shownId } from './id';

test('the position that is served in place of an id is not shown as one', () => {
  expect(shownId({})).toBe('');
});

test('a chosen id is shown with its invisible characters', () => {
  expect(['88405', 'k3f9.7', 'a b'].map((own_id) => shownId({ own_id }))).toEqual(['88405', 'k3f9.7', 'a b']);
  expect([' 7', '7\t', 'a\u0001b'].map((own_id) => shownId({ own_id }))).toEqual(['" 7"', '"7\\t"', '"a\\u0001b"']);
});
