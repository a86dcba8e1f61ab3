import { expect, test, vi } from 'vitest';
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

test('the middle and the highest of the values', () => {
  expect(summary([3, null, 1, 9])).toEqual({ median: 3, highest: 9 });
  expect(summary([null])).toBeNull();
});
