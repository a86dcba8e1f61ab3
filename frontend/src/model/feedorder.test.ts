import { expect, test } from 'vitest';
import type { Source } from '../bridge/types';
import { FeedOrder } from './feedorder';

const feed = (id: number, state: string) =>
  ({ id, name: `feed ${id}`, health: { state, since: '2026-11-21T14:00:00Z', attempt: 1 } }) as Source;
const ids = (feeds: Source[]) => feeds.map((f) => f.id);

test('nothing moves while the reader is busy, and the worst comes first again afterwards', () => {
  const order = new FeedOrder();
  expect(ids(order.arrange([feed(1, 'open'), feed(2, 'open'), feed(3, 'open')], true))).toEqual([1, 2, 3]);
  const now = [feed(1, 'open'), feed(3, 'waiting'), feed(4, 'quiet')];
  expect(ids(order.arrange(now, true))).toEqual([1, 3, 4]);
  expect(order.arrange(now, true)[1].health!.state).toBe('waiting');
  expect(ids(order.arrange(now, false))).toEqual([3, 4, 1]);
});
