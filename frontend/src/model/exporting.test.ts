import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../bridge/api';
import type { ExportProgress, Histogram } from '../bridge/types';
import { columnsOf, Exporting, fileName, type ExportCalls } from './exporting.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const all = { source: null, without: ['noisy'], q: 'paid' };
const at = (n: number, state: ExportProgress['state'] = 'running'): ExportProgress => ({
  state,
  first: 'k3f9.1',
  last: 'k3f9.100',
  position: `k3f9.${n}`,
  messages: n,
  bytes: 10 * n,
});

function calls(changes: Partial<ExportCalls>): ExportCalls {
  return {
    save: async () => null,
    exportProgress: async () => at(100, 'complete'),
    cancelExport: async () => {},
    histogram: async () => ({}) as Histogram,
    ...changes,
  };
}

test('a path keeps its commas', () => {
  expect(columnsOf(' id,, $["a, b"].c ,$.items[0].sku,')).toEqual(['id', '$["a, b"].c', '$.items[0].sku']);
});

test('the name of a file says what, when and in which form', () => {
  const when = new Date(2026, 10, 22, 7, 5, 9);
  expect(fileName({ ...all, source: 'a:b' }, 'csv', when)).toBe('a_b-20261122-070509.csv');
  expect(fileName(all, 'sse', when)).toBe('signalbox-20261122-070509.sse');
});

test('a download is followed until it ends, and is asked for with everything that was chosen', async () => {
  const steps = [new ApiError('not_found', ''), at(0), at(50), at(100, 'complete')];
  let asked = new URLSearchParams();
  const exporting = new Exporting(
    all,
    calls({
      save: async (_title, _name, query) => {
        asked = query;
        return null;
      },
      exportProgress: async () => {
        const step = steps.shift()!;
        if (step instanceof Error) throw step;
        return step;
      },
    }),
  );
  exporting.format = 'csv';
  exporting.columns = 'id, $.total';
  const done = exporting.run();
  await vi.advanceTimersByTimeAsync(800);
  expect([exporting.state, exporting.part]).toEqual(['running', 0.5]);
  await vi.advanceTimersByTimeAsync(300);
  await done;
  expect([exporting.state, exporting.part]).toEqual(['complete', 1]);
  expect(asked.getAll('column')).toEqual(['id', '$.total']);
  expect([asked.get('q'), asked.get('without'), asked.get('format'), asked.get('bom')]).toEqual([
    'paid',
    'noisy',
    'csv',
    '1',
  ]);
});

test('in the window the file is complete when it is saved, and nothing happens if no file is chosen', async () => {
  const notices = { add: vi.fn(() => 0) };
  let chosen = '/home/anna/orders.jsonl';
  const exporting = new Exporting(
    all,
    calls({
      save: async () => {
        await new Promise((done) => setTimeout(done, 1000));
        return chosen;
      },
      exportProgress: async () => (chosen ? at(80) : Promise.reject(new ApiError('not_found', ''))),
    }),
    notices,
  );
  exporting.watched = false; // its dialog was closed
  let done = exporting.run();
  await vi.advanceTimersByTimeAsync(2000);
  await done;
  expect([exporting.state, exporting.file]).toEqual(['complete', chosen]);
  expect(notices.add).toHaveBeenCalledOnce();
  chosen = '';
  done = exporting.run();
  await vi.advanceTimersByTimeAsync(2000);
  await done;
  expect(exporting.state).toBe('choosing');
});

test('one that was stopped is not called failed', async () => {
  let end: (reason: Error) => void = () => {};
  const exporting = new Exporting(
    all,
    calls({ save: () => new Promise((_, fail) => (end = fail)), exportProgress: async () => at(10) }),
  );
  const done = exporting.run();
  await vi.advanceTimersByTimeAsync(300);
  await exporting.cancel();
  end(new Error('cut'));
  await vi.advanceTimersByTimeAsync(300);
  await done;
  expect(exporting.state).toBe('cancelled');
});

test('the count goes on where an answer has ended', async () => {
  const answers = [
    { lanes: [{ counts: [0, 4] }, { counts: [0, 2] }], other: [0, 1], gaps: [], first: 'k3f9.50', more: true },
    { lanes: [], other: [], gaps: [0, 3], first: 'k3f9.1', more: false },
  ];
  const before: (string | null)[] = [];
  const exporting = new Exporting(
    all,
    calls({
      histogram: async (query) => {
        before.push(query.get('before'));
        return answers.shift() as unknown as Histogram;
      },
    }),
  );
  await exporting.count(new AbortController().signal);
  expect(exporting.counted).toEqual({ count: 10, more: false });
  expect(before).toEqual([null, 'k3f9.50']);
});
