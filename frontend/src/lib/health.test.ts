import { expect, test } from 'vitest';
import type { Health } from '../bridge/types';
import { healthDot, stateWord, stateWords, unreadable } from './health';

const now = Date.parse('2026-11-21T14:00:00Z');
const health = (more: Partial<Health>): Health => ({
  state: 'open',
  since: '2026-11-21T11:46:00Z',
  attempt: 0,
  connection: 1,
  rate: 0,
  messages: 0,
  heartbeat_ms: 0,
  rhythm_ms: 0,
  longest_silence_ms: 0,
  reconnects: 0,
  up: 1,
  connect_p50_us: 0,
  retry_ms: 3000,
  ...more,
});

test.each([
  [{}, 'Open for 2 h 14 min'],
  [{ state: 'quiet', last_byte: '2026-11-21T13:59:12Z', heartbeat_ms: 15_012 }, 'Silent for 48 s, expected every 15 s'],
  [{ state: 'quiet', last_byte: '2026-11-21T13:59:12Z', rhythm_ms: 60_000 }, 'Silent for 48 s, expected every 1 min'],
  [{ state: 'quiet', last_byte: '2026-11-21T13:59:12Z' }, 'Silent for 48 s; the usual interval is unknown'],
  [{ state: 'connecting', attempt: 1 }, 'Connecting'],
  [{ state: 'connecting', attempt: 3 }, 'Connecting, attempt 3'],
  [{ state: 'waiting', reason: '503 Service Unavailable.' }, '503 Service Unavailable'],
  [
    { state: 'waiting', reason: 'The certificate is not signed by an authority that is trusted here.' },
    'Not connected',
  ],
  [{ state: 'waiting' }, 'Connection lost'],
  [{ state: 'stopped', code: 'paused', since: '2026-11-21T13:55:00Z' }, 'Paused for 5 min'],
  [{ state: 'stopped', code: 'status', reason: 'The server answered 204.' }, 'Stopped. The server answered 204'],
] as [Partial<Health>, string][])('%j reads %j', (more, words) => {
  expect(stateWords(health(more), now)).toBe(words);
});

test('a feed that the server stopped looks different from a paused one', () => {
  expect(healthDot(health({ state: 'stopped', code: 'paused' }))).toBe('stopped');
  expect(healthDot(health({ state: 'stopped', code: 'status' }))).toBe('failed');
  expect(stateWord(health({ state: 'stopped', code: 'status' }))).toBe('Stopped');
});

test('a clock that is behind shows no negative time', () => {
  expect(stateWords(health({ since: '2026-11-21T14:00:05Z' }), now)).toBe('Open for 1 s');
});

test('a feed whose settings cannot be read has failed', () => {
  const broken = health({ state: 'stopped', code: 'settings', reason: 'The settings of this feed cannot be read.' });
  expect(unreadable(broken)).toBe(true);
  expect(healthDot(broken)).toBe('failed');
  expect(stateWords(broken, now)).toBe('Stopped. The settings of this feed cannot be read');
  expect(unreadable(health({ state: 'stopped', code: 'paused' }))).toBe(false);
});
