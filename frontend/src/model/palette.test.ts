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
test('the beginning of a part of a name comes before the commands that follow the sources', () => {
  const named = (title: string): Entry => ({ ...command(title, 'Local channel'), named: true });
  const entries = [
    command('Connection health'),
    ...['borders', 'shop.orders', 'shop.reconnects'].map(named),
    command('Order the sources by name', 'Sources'),
  ];
  const titles = (typed: string) => answers(entries, typed).map((e) => e.title);
  expect(titles('ord')).toEqual(['shop.orders', 'Order the sources by name', 'borders']);
  expect(titles('con')).toEqual(['Connection health', 'shop.reconnects']);
  expect(titles('shop ord')).toEqual(['shop.orders']);
});
test('the group of a source is not a part of its name', () => {
  const source: Entry = { ...command('orders', 'Local channel'), named: true };
  expect(answers([source, command('Local theme')], 'local').map((e) => e.title)).toEqual(['Local theme', 'orders']);
});
