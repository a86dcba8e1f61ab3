import { expect, test } from 'vitest';
import { shownId } from './id';

test('the position that is served in place of an id is not shown as one', () => {
  expect(shownId({ id: 'k3f9.1042' })).toBe('');
});

test('a chosen id is shown as it was chosen', () => {
  expect(shownId({ id: '88405', own_id: '88405' })).toBe('88405');
  expect(shownId({ id: 'k3f9.1042', own_id: ' 7\u0001' })).toBe('" 7\\u0001"');
  expect(shownId({ id: 'k3f9.1042', own_id: 'k3f9.7' })).toBe('"k3f9.7"');
});
