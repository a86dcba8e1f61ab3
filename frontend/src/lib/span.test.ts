import { expect, test } from 'vitest';
import type { Message, Page } from '../bridge/types';
import { append, around, emptySpan, holds, indexOf, prepend, spanOf } from './span';

const message = (n: number): Message => ({
  position: `k.${n}`,
  source: 'a',
  kind: 'event',
  event: 'x',
  data: '',
  received: '2026-11-21T14:00:00Z',
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const page = (from: number, to: number, more = true): Page => ({
  messages: range(from, to),
  from: `k.${from}`,
  to: `k.${to}`,
  more,
});
const middle = spanOf(page(100, 199), { start: false, end: true });

test('a newer page is added at the end, and every message keeps its index', () => {
  const next = append(middle, page(200, 249, false), 1000);
  expect(next.rows).toHaveLength(150);
  expect([next.base, next.from, next.to, next.end]).toEqual([0, 'k.100', 'k.249', true]);
  expect(indexOf(next, 'k.150')).toBe(indexOf(middle, 'k.150'));
});

test('rows dropped at the beginning can be loaded again', () => {
  const next = append(middle, page(200, 249), 100);
  expect(next.rows).toHaveLength(100);
  expect([next.base, next.from, next.start]).toEqual([50, 'k.150', false]);
  expect(indexOf(next, 'k.170')).toBe(70);
});

test('an older page is added at the beginning, with indexes below zero', () => {
  const next = prepend(middle, page(50, 99, false), 1000);
  expect([next.base, next.from, next.start]).toEqual([-50, 'k.50', true]);
  expect(indexOf(next, 'k.150')).toBe(50);
});

test('rows dropped at the end are known to be missing', () => {
  const next = prepend(middle, page(50, 99), 100);
  expect([next.rows.length, next.to, next.end]).toEqual([100, 'k.149', false]);
});

test('an empty page extends the examined range', () => {
  const back = prepend(middle, { messages: [], from: 'k.20', to: 'k.99', more: true }, 1000);
  expect([back.from, back.base, back.start]).toEqual(['k.20', 0, false]);
  const on = append(middle, { messages: [], from: 'k.200', to: 'k.900', more: false }, 1000);
  expect(on.to).toBe('k.900');
});

test('a page that examined nothing does not shrink the range', () => {
  expect(append(middle, { messages: [], from: '', to: '', more: false }, 1000).to).toBe('k.199');
});

test('a position is found among rows with holes between them', () => {
  const rows = [3, 9, 27].map(message);
  const span = spanOf({ messages: rows, from: 'k.1', to: 'k.30', more: false }, { start: true, end: true });
  expect(indexOf(span, 'k.9')).toBe(1);
  expect(indexOf(span, 'k.10')).toBe(2);
  expect(holds(span, 'k.9')).toBe(true);
  expect(holds(span, 'k.10')).toBe(false);
  expect(holds(emptySpan, 'k.9')).toBe(false);
});

test('the number of other rows is estimated from the density of the loaded ones', () => {
  expect(around(middle, 1, 199)).toEqual({ above: 99, below: 0 });
  const sparse = spanOf(
    { messages: range(100, 109), from: 'k.100', to: 'k.199', more: true },
    { start: false, end: false },
  );
  expect(around(sparse, 0, 1199)).toEqual({ above: 10, below: 100 });
  expect(around({ ...middle, start: true }, 1, 199).above).toBe(0);
});
