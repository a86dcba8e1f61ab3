import { afterEach, expect, test, vi } from 'vitest';
import type { PageQuery } from '../bridge/api';
import type { Message, Page } from '../bridge/types';
import { Chart, summary } from './chart.svelte';

const message = (n: number): Message => ({
  position: `k.${n}`,
  source: 'a',
  kind: 'event',
  event: 'order.paid',
  data: `{"order":${n},"total":${n}.50,"at":"2026-11-21T14:00:00Z"}`,
  received: `2026-11-21T14:00:0${n}Z`,
  fields: { '$.order': String(n), '$.total': n === 2 ? '"no number"' : `${n}.50`, '$.at': '"2026-11-21T14:00:00Z"' },
});
afterEach(() => void vi.useRealTimers());

const settled = () => new Promise((resolve) => setTimeout(resolve));

function chartOf(pages: Record<string, Page>) {
  const calls = { page: vi.fn(async (_: string | null, query: { before?: string }) => pages[query.before!]) };
  return { calls, chart: new Chart(calls) };
}
const pages = {
  'k.9': { messages: [message(3), message(4)], from: 'k.3', to: 'k.8', more: true },
  'k.3': { messages: [message(1), message(2)], from: 'k.1', to: 'k.2', more: false },
};

test('it reads backwards, page by page, and shows a number with decimals first', async () => {
  const { chart } = chartOf(pages);
  chart.show(message(4), '', 'k.9', { path: '$.at', time: 0 });
  await settled();
  expect(chart.state).toEqual({ is: 'whole' });
  expect(chart.positions).toEqual(['k.1', 'k.2', 'k.3', 'k.4']);
  expect(chart.shown.map((s) => s.path)).toEqual(['$.total']);
  expect(chart.shown[0].values).toEqual([1.5, null, 3.5, 4.5]);
  expect(chart.shown[0].raws).toEqual(['1.50', null, '3.50', '4.50']);
  expect(chart.series.find((s) => s.path === '')?.values).toEqual([1000, 2000, 3000, 4000]);
});

test('another message of the type is in the chart already, and reads nothing', async () => {
  const { calls, chart } = chartOf(pages);
  chart.show(message(4), '', 'k.9', null);
  await settled();
  chart.choose('$.order', true);
  chart.show(message(1), '', 'k.9', null);
  await settled();
  expect(calls.page).toHaveBeenCalledTimes(2);
  expect(chart.shown.map((s) => s.path)).toEqual(['$.order', '$.total']);
});

test('reading is stopped, and goes on where it was', async () => {
  const { chart } = chartOf(pages);
  chart.show(message(4), '', 'k.9', null);
  chart.stop();
  await settled();
  expect([chart.state.is, chart.times.length]).toEqual(['stopped', 0]);
  await chart.further();
  expect([chart.state.is, chart.times.length]).toEqual(['whole', 4]);
});

test('it grows with new messages, and new points push out the oldest', async () => {
  vi.useFakeTimers();
  const all = Array.from({ length: 45_000 }, (_, i) => ({ ...message(1), position: `k.${i + 1}` }));
  let head = 30_000;
  const calls = {
    page: vi.fn(async (_: string | null, query: PageQuery): Promise<Page> => {
      const number = (p: string | undefined) => Number(p!.slice(2));
      const end = query.before ? number(query.before) - 1 : head;
      const from = query.after ? number(query.after) : Math.max(0, end - query.limit!);
      const to = Math.min(end, from + query.limit!);
      return {
        messages: all.slice(from, to),
        from: `k.${from + 1}`,
        to: `k.${to}`,
        more: query.after ? to < head : from > 0,
      };
    }),
  };
  const chart = new Chart(calls);
  chart.advance('k.30000');
  expect(calls.page).not.toHaveBeenCalled();
  chart.show(message(1), '', 'k.30001', null);
  await vi.runAllTimersAsync();
  expect([chart.times.length, chart.state.is]).toEqual([20_000, 'stopped']);
  head = 34_500;
  chart.advance('k.34500');
  await vi.runAllTimersAsync();
  expect([chart.positions[0], chart.positions.at(-1), chart.times.length]).toEqual(['k.14501', 'k.34500', 20_000]);
  expect(chart.series.every((s) => s.values.length === 20_000 && s.raws.length === 20_000)).toBe(true);
  await chart.further();
  expect([chart.positions[0], chart.times.length, chart.state.is]).toEqual(['k.1', 34_500, 'whole']);
  chart.leave();
  head = 35_000;
  await vi.runAllTimersAsync();
  expect(chart.times.length).toBe(34_500);
});

test('a chart that is far behind begins anew at the end, and can be read back', async () => {
  const calls = {
    page: vi.fn(async (_: string | null, query: PageQuery): Promise<Page> =>
      query.before === 'k.9' ? pages['k.9'] : { messages: [message(3)], from: 'k.900000', to: 'k.900003', more: true },
    ),
  };
  const chart = new Chart(calls);
  chart.show(message(4), '', 'k.9', null);
  chart.stop();
  await settled();
  chart.advance('k.900003');
  await settled();
  expect([chart.times.length, chart.state.is]).toEqual([1, 'stopped']);
  expect(calls.page.mock.lastCall![1]).not.toHaveProperty('after');
  chart.leave();
});

test('the middle and the highest of the values', () => {
  expect(summary([3, null, 1, 9])).toEqual({ median: 3, highest: 9 });
  expect(summary([null])).toBeNull();
});
