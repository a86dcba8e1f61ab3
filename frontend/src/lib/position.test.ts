import { expect, test } from 'vitest';
import { epochOf, isAfter, numberOf, sameHistory, withNumber } from './position';

test('a position is a history and a number in it', () => {
  expect([numberOf('k3f9.1042'), epochOf('k3f9.1042')]).toEqual([1042, 'k3f9']);
  expect([numberOf(''), epochOf('')]).toEqual([0, '']);
  expect([numberOf('nonsense'), epochOf('nonsense')]).toEqual([0, '']);
  expect([withNumber('k.7', 41.6), withNumber('k.7', -3)]).toEqual(['k.42', 'k.0']);
});

test('positions of two histories have no order', () => {
  expect([isAfter('k.10', 'k.9'), isAfter('k.9', 'k.9'), isAfter('k.8', 'k.9')]).toEqual([true, false, false]);
  expect([isAfter('n.10', 'k.9'), isAfter('k.9', 'n.10'), sameHistory('k.1', 'n.1')]).toEqual([false, false, false]);
});
