import { expect, test, vi } from 'vitest';
import type { Attempt } from '../bridge/types';
import { AttemptsModel, ending, lasted, steps, stepWords } from './attempts.svelte';

const attempt = (more: Partial<Attempt>): Attempt => ({
  connection: 1,
  started: '2026-11-21T14:00:00Z',
  dns_us: 0,
  connect_us: 0,
  tls_us: 0,
  first_byte_us: 0,
  messages: 0,
  bytes: 0,
  ...more,
});

test('the newest attempt comes first', async () => {
  const model = new AttemptsModel('a', async () => [attempt({ connection: 1 }), attempt({ connection: 3 })]);
  await model.load();
  expect(model.list!.map((a) => a.connection)).toEqual([3, 1]);
  expect(model.more).toBe(false);
});

test('older attempts are requested with a larger limit', async () => {
  const request = vi.fn(async (_: string, limit: number) =>
    Array.from({ length: Math.min(limit, 30) }, (_x, i) => attempt({ connection: i + 1 })),
  );
  const model = new AttemptsModel('a', request);
  await model.load();
  expect(model.list).toHaveLength(20);
  expect(model.more).toBe(true);
  await model.older();
  expect(model.list).toHaveLength(30);
  expect(model.more).toBe(false);
});

test('an answer that is overtaken does not shorten the list', async () => {
  const answers: ((n: number) => void)[] = [];
  const request = (_: string, limit: number) =>
    new Promise<Attempt[]>((resolve) =>
      answers.push((n) => resolve(Array.from({ length: Math.min(n, limit) }, (_x, i) => attempt({ connection: i })))),
    );
  const model = new AttemptsModel('a', request);
  const loads = [model.load(), model.older()];
  answers[1](30);
  answers[0](30);
  await Promise.all(loads);
  expect(model.list).toHaveLength(30);
});

test('steps that were not taken are left out', () => {
  const list = steps({ dns_us: 1200, connect_us: 412, tls_us: 0, first_byte_us: 84_210 });
  expect(list.map((s) => s.name)).toEqual(['DNS', 'Connect', 'First byte']);
  expect(stepWords(list)).toBe('DNS 1.2 ms, connect 0.41 ms, first byte 84 ms');
  expect(stepWords([])).toBe('No step was completed.');
});

test('the duration of an attempt begins when it opened', () => {
  const now = Date.parse('2026-11-21T14:10:00Z');
  expect(lasted(attempt({}), now)).toBe('connecting');
  expect(lasted(attempt({ ended: '2026-11-21T14:00:05Z' }), now)).toBe('not opened');
  expect(lasted(attempt({ opened: '2026-11-21T14:00:00Z' }), now)).toBe('10 min');
  expect(lasted(attempt({ opened: '2026-11-21T14:00:00Z', ended: '2026-11-21T14:00:48Z' }), now)).toBe('48 s');
});

test('every attempt has a reason', () => {
  expect(ending(attempt({ ended: 'x', reason: 'The server closed the stream.' }))).toBe(
    'The server closed the stream.',
  );
  expect(ending(attempt({ opened: 'x' }))).toBe('Open now.');
  expect(ending(attempt({}))).toBe('Connecting now.');
  expect(ending(attempt({ ended: 'x', status: 503 }))).toBe('The server answered 503.');
});
