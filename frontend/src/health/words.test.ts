import { afterEach, expect, test } from 'vitest';
import type { Gaps, Health, Source } from '../bridge/types';
import { language } from '../lib/language.svelte';
import { doesParts, moment, summary, textOf } from './words';

afterEach(() => void (language.choice = 'en'));
language.choice = 'en';

const now = new Date('2026-11-21T14:00:00').getTime();
const at = (time: string) => new Date(`2026-11-${time}`).toISOString();
const feed = (name: string, health: Partial<Health> = {}, gaps?: Partial<Gaps>) =>
  ({
    name,
    created: at('01T00:00:00'),
    health: { state: 'open', since: at('21T10:39:00'), attempt: 0, heartbeat_ms: 0, rhythm_ms: 0, ...health },
    gaps: gaps && { count: 1, missing: 0, unknown: 0, ...gaps },
  }) as Source;
const failed: Partial<Health> = {
  state: 'stopped',
  code: 'status',
  text: 'status/unauthorized',
  reason: '401 Unauthorized.',
  since: at('21T13:40:00'),
};

test('a time is only as long as it must be', () => {
  expect(moment(at('21T10:40:00'), now)).toBe('10:40');
  expect(moment(at('20T22:10:00'), now)).toBe('yesterday 22:10');
  expect(moment(at('17T06:14:00'), now)).toBe('Tuesday 06:14');
  expect(moment(at('02T06:14:00'), now)).toBe('Nov 2, 2026');
});

test.each<[Partial<Health>, Partial<Gaps> | undefined, string]>([
  [{}, undefined, 'Open since 10:39.'],
  [{ heartbeat_ms: 15_012 }, undefined, 'Open since 10:39, heartbeat every 15 s.'],
  [{}, {}, 'Open since 10:39, resumed with nothing missing.'],
  [{}, { missing: 18 }, 'Open since 10:39, with 18 messages missing.'],
  [{}, { unknown: 1 }, 'Open since 10:39. What is missing is not known.'],
  [{ reason: 'The disk is full.' }, {}, 'Open since 10:39. The disk is full.'],
  [failed, undefined, 'Signed out since 13:40. 401 Unauthorized.'],
  [
    { state: 'stopped', code: 'no_content', reason: 'The server answered 204.' },
    undefined,
    'Stopped since 10:39. The server answered 204.',
  ],
  [{ state: 'stopped', code: 'paused', reason: 'Paused.' }, undefined, 'Paused by you since 10:39.'],
  [
    { state: 'waiting', retry_at: at('21T14:00:02'), reason: 'Closed.' },
    undefined,
    'Waiting, next try in 2 s. Closed.',
  ],
  [{ state: 'waiting', retry_at: at('21T13:59:59'), reason: 'Closed.' }, undefined, 'Waiting, trying now. Closed.'],
  [
    { ...failed, state: 'waiting', retry_at: at('21T14:00:19') },
    undefined,
    'Signed out, next try in 19 s. 401 Unauthorized.',
  ],
  [{ state: 'connecting', attempt: 3, reason: 'Refused.' }, undefined, 'Connecting, attempt 3. Refused.'],
  [{ state: 'connecting', attempt: 1 }, undefined, 'Connecting'],
  [
    { state: 'quiet', last_byte: at('21T13:59:12'), heartbeat_ms: 15_012 },
    undefined,
    'Silent for 48 s, expected every 15 s.',
  ],
  [{ state: 'quiet', last_byte: at('21T13:59:12') }, undefined, 'Silent for 48 s. Its usual interval is not known.'],
])('%j with the gaps %j reads %j', (health, gaps, words) => {
  expect(textOf(doesParts(feed('a', health, gaps), now))).toBe(words);
});

const sentences = (feeds: Source[]) => {
  const { fine, worst, others, missing } = summary(feeds, now);
  return [textOf(fine), worst, ...others, missing].filter(Boolean);
};

test('the summary says how all feeds are, the worst by name', () => {
  expect(sentences([feed('a'), feed('b')])).toEqual(['All 2 feeds are fine.']);
  const silent: Partial<Health> = { state: 'quiet', last_byte: at('21T13:59:12') };
  const down: Partial<Health> = { state: 'waiting', attempt: 2, last_byte: at('21T13:04:00') };
  const feeds = [
    feed('audit', failed),
    feed('fleet.basel', { state: 'waiting', attempt: 2 }),
    feed('fleet.porto', down),
    feed('fleet.lyon', silent),
    feed('fleet.turin', silent),
    feed('logs', { state: 'stopped', code: 'paused' }),
    feed('market', {}, { missing: 17 }),
    feed('shop', {}, { missing: 1 }),
  ];
  expect(sentences(feeds)).toEqual([
    '2 of 8 feeds are fine.',
    'audit has been signed out since 13:40.',
    'fleet.basel has never been connected.',
    'fleet.porto has not been connected since 13:04.',
    'fleet.lyon has been silent since 13:59.',
    '2 more are not fine.',
    '18 messages are missing in 24 hours.',
  ]);
  language.choice = 'zh';
  expect(sentences(feeds).slice(0, 2)).toEqual(['8 个订阅源中有 2 个正常。', 'audit 自 13:40 起登录失效。']);
});

test('nothing in the summary changes from second to second', () => {
  const feeds = [feed('fleet.lyon', { state: 'quiet', last_byte: at('21T13:59:12') })];
  const before = sentences(feeds);
  expect(summary(feeds, now + 5000).worst).toBe(before[1]);
});
