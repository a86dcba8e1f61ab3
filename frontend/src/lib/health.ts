import type { Health } from '../bridge/types';
import { duration } from './format';

/** What a StateDot draws for a feed: its state, and whether it stopped for good rather than by the user. */
export type HealthDot = Health['state'] | 'failed';

/** The dot of a feed's health. */
export function healthDot(health: Health): HealthDot {
  return health.state === 'stopped' && !pausedByUser(health) ? 'failed' : health.state;
}

/** Whether a feed is stopped because the user said so. */
export const pausedByUser = (health: Health): boolean =>
  health.state === 'stopped' && (!health.code || health.code === 'paused');

/** Whether the settings of a feed cannot be read: then it can be edited or removed, and nothing else. */
export const unreadable = (health: Health): boolean => health.state === 'stopped' && health.code === 'settings';

/** Reasons longer than this stand on a line of their own, and the word of the state in their place. */
const SHORT = 44;

/** Whether the reason is too long to stand beside a name. */
export const longReason = (health: Health): boolean => clause(health.reason ?? '').length > SHORT;

/** The word for a state, where there is room for one only. */
export function stateWord(health: Health): string {
  switch (health.state) {
    case 'open':
      return 'Open';
    case 'quiet':
      return 'Silent';
    case 'connecting':
      return 'Connecting';
    case 'waiting':
      return 'Waiting';
    case 'stopped':
      return pausedByUser(health) ? 'Paused' : 'Stopped';
  }
}

/** A sentence's words without its full stop, to go on after a comma. */
export const clause = (sentence: string): string => sentence.trim().replace(/[.\s]+$/, '');

const since = (iso: string | undefined, now: number) =>
  duration(Math.floor(Math.max(1000, now - Date.parse(iso ?? '')) / 1000) * 1000);

/**
 * How a feed is doing, as a sentence without a full stop: "Open for 2 h 14 min", "Silent for 48 s,
 * expected every 15 s". For a waiting feed it is only the reason; whoever draws it adds the
 * countdown to `retry_at`, which has to tick by itself.
 */
export function stateWords(health: Health, now: number): string {
  switch (health.state) {
    case 'open':
      return `Open for ${since(health.since, now)}`;
    case 'quiet': {
      const rhythm = health.heartbeat_ms || health.rhythm_ms;
      const silent = `Silent for ${since(health.last_byte ?? health.since, now)}`;
      return rhythm
        ? `${silent}, expected every ${duration(Math.round(rhythm / 1000) * 1000 || rhythm)}`
        : `${silent}; its rhythm is unknown`;
    }
    case 'connecting':
      return health.attempt > 1 ? `Connecting, attempt ${health.attempt}` : 'Connecting';
    case 'waiting':
      if (longReason(health)) return 'Not connected';
      return health.reason ? clause(health.reason) : 'Connection lost';
    case 'stopped':
      if (pausedByUser(health)) return `Paused for ${since(health.since, now)}`;
      return health.reason && !longReason(health) ? `Stopped. ${clause(health.reason)}` : 'Stopped';
  }
}
