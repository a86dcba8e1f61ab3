import { expect, test } from 'vitest';
import { titleOf } from './title';

const badge = (unread: string, title: string) => `(${unread}) ${title}`;

test('the title says what matters most first', () => {
  expect(titleOf({ unread: '', place: '', trouble: '' }, badge)).toBe('Signalbox');
  expect(titleOf({ unread: '12', place: 'payments', trouble: '' }, badge)).toBe('(12) payments · Signalbox');
  expect(titleOf({ unread: '1.2k', place: 'payments', trouble: '2 feeds in trouble' }, badge)).toBe(
    '(1.2k) payments · 2 feeds in trouble · Signalbox',
  );
});
