import type { Health } from '../bridge/types';
import { duration } from './format';
import { m } from '../paraglide/messages';
import { words } from './sentence.svelte';

/** The states that a StateDot draws: those of a feed, with "failed" for one that the user did not stop. */
export type HealthDot = Health['state'] | 'failed';

/** What the short words for a state need, which is known of the past too. */
type Judged = Pick<Health, 'state' | 'code'>;

/** The dot for a feed's health. */
export function healthDot(health: Judged): HealthDot {
  return health.state === 'stopped' && !pausedByUser(health) ? 'failed' : health.state;
}

/** Whether the user stopped the feed. */
export const pausedByUser = (health: Judged): boolean =>
  health.state === 'stopped' && (!health.code || health.code === 'paused');

/** Whether the feed's settings cannot be read. It can then only be edited or removed. */
export const unreadable = (health: Health): boolean => health.state === 'stopped' && health.code === 'settings';

/** Reasons longer than this get a line of their own; beside the name stands the word for the state. */
const SHORT = 44;

/** Whether the reason is too long to stand beside the name. */
export const longReason = (health: Health): boolean => clause(words(health)).length > SHORT;

/** One word for the state. */
export function stateWord(health: Judged): string {
  switch (health.state) {
    case 'open':
      return m.feed_open();
    case 'quiet':
      return m.feed_silent();
    case 'connecting':
      return m.feed_connecting();
    case 'waiting':
      return m.feed_waiting();
    case 'stopped':
      return pausedByUser(health) ? m.feed_paused() : m.feed_stopped();
  }
}

/** A sentence without its full stop. */
export const clause = (sentence: string): string => sentence.trim().replace(/[.。\s]+$/, '');

const since = (iso: string | undefined, now: number) =>
  duration(Math.floor(Math.max(1000, now - Date.parse(iso ?? '')) / 1000) * 1000);

/**
 * The state of a feed as a sentence without a full stop: "Open for 2 h 14 min", "Silent for 48 s,
 * expected every 15 s". For a waiting feed it is only the reason: the component adds the countdown
 * to `retry_at`, which ticks by itself.
 */
export function stateWords(health: Health, now: number): string {
  switch (health.state) {
    case 'open':
      return m.feed_open_for({ time: since(health.since, now) });
    case 'quiet': {
      const rhythm = health.heartbeat_ms || health.rhythm_ms;
      const time = since(health.last_byte ?? health.since, now);
      return rhythm
        ? m.feed_silent_for({ time, rhythm: duration(Math.round(rhythm / 1000) * 1000 || rhythm) })
        : m.feed_silent_unknown({ time });
    }
    case 'connecting':
      return health.attempt > 1 ? m.feed_connecting_attempt({ attempt: health.attempt }) : m.feed_connecting();
    case 'waiting':
      if (longReason(health)) return m.feed_waiting_not_connected();
      return health.reason ? clause(words(health)) : m.feed_waiting_lost();
    case 'stopped':
      if (pausedByUser(health)) return m.feed_paused_for({ time: since(health.since, now) });
      return health.reason && !longReason(health)
        ? m.feed_stopped_why({ reason: clause(words(health)) })
        : m.feed_stopped();
  }
}
