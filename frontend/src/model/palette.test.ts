import { expect, test } from 'vitest';
import { answers, type Entry } from './palette';

const command = (title: string, group = 'Go to'): Entry => ({ key: title, title, group, act: () => {} });
const all = ['All messages', 'Connection health', 'orders.prod', 'Reconnect all feeds'].map((t) => command(t));
const found = (typed: string) => answers(all, typed).map((c) => c.title);

test('without typed text, all commands are offered in their order', () =>
  expect(found('')).toEqual(all.map((c) => c.title)));
test('the beginning of a title counts more than its middle', () => {
  expect(found('con')).toEqual(['Connection health', 'Reconnect all feeds']);
});
test('every word must occur, in any order', () => expect(found('feeds all')).toEqual(['Reconnect all feeds']));
test('a text that matches nothing finds nothing', () => expect(found('zebra')).toEqual([]));
