import { expect, test } from 'vitest';
import type { Health, Source } from '../bridge/types';
import { facts, homeWords } from './numbers';

const now = Date.parse('2026-11-21T14:00:00Z');
const health: Health = {
  state: 'open',
  since: '2026-11-21T13:59:58Z',
  attempt: 0,
  connection: 4,
  rate: 412,
  messages: 12,
  heartbeat_ms: 0,
  rhythm_ms: 0,
  longest_silence_ms: 16_200,
  reconnects: 3,
  up: 0.9994,
  connect_p50_us: 84_210,
  retry_ms: 3000,
};

const source = { created: '2026-11-21T13:00:00Z', feed: { url: 'https://a.example/events', paused: false } } as Source;
const of = (more: Partial<Health>) =>
  Object.fromEntries(facts(source, { ...health, ...more }, now).map((f) => [f.name, f.value]));

test('the details of a feed have only what is known', () => {
  expect(of({})).toEqual({
    Address: 'https://a.example/events',
    'Reconnection time': '3 s',
    Heartbeat: 'none seen',
    'Longest silence': '16 s',
    'Connect, median': '84 ms',
    Messages: '12',
  });
  expect(of({ heartbeat_ms: 15_012, rhythm_ms: 60_000, last_event_id: '7' })).toMatchObject({
    Heartbeat: '15 s',
    'Usual silence up to': '1 min',
    'Resumes after id': '7',
  });
});

test('a feed that is down shows since when, counted from its last byte, not from the last attempt', () => {
  expect(of({ state: 'waiting', last_byte: '2026-11-21T09:58:00Z' })['Down for']).toBe('4 h 2 min');
  expect(of({ state: 'connecting' })['Down for']).toBe('1 h');
});

test('a feed that the user paused is not down', () => {
  expect(of({ state: 'stopped', code: 'paused' })).not.toHaveProperty('Down for');
  expect(of({ state: 'stopped', code: 'status' })).toHaveProperty('Down for');
});

test('messages that the history has already are counted', () => {
  expect(homeWords(health)).toBe('');
  expect(homeWords({ ...health, home: 1 })).toBe('1 message was in the history already and was not stored again.');
  expect(homeWords({ ...health, home: 1204 })).toBe(
    '1,204 messages were in the history already and were not stored again.',
  );
});
