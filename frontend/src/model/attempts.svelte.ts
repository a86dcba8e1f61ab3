import { api } from '../bridge/api';
import type { Attempt } from '../bridge/types';
import { words } from '../lib/sentence.svelte';
import { duration, enumeration, micros } from '../lib/format';
import { m } from '../paraglide/messages';
import { Loader } from './loader.svelte';

/** One step of an attempt to connect, and how long it took. */
export interface Step {
  name: 'DNS' | 'Connect' | 'TLS' | 'First byte';
  us: number;
}

type AttemptsRequest = (name: string, limit: number, signal: AbortSignal) => Promise<Attempt[]>;

/** The AttemptsModel lists the attempts to connect one feed, the newest first. */
export class AttemptsModel {
  /** null until the first response. */
  list = $state.raw<Attempt[] | null>(null);
  /** There may be older attempts. */
  more = $state(false);

  #limit = 20;
  readonly #loader = new Loader();
  #request: AttemptsRequest;

  constructor(
    readonly feed: string,
    request: AttemptsRequest = api.attempts,
  ) {
    this.#request = request;
  }

  /** Why the list could not be loaded. The old one stays. */
  get fault(): string {
    return this.#loader.fault?.words ?? '';
  }

  async load(): Promise<void> {
    const limit = this.#limit;
    await this.#loader.run(
      (signal) => this.#request(this.feed, limit, signal),
      (list) => {
        this.list = list.toSorted((a, b) => b.connection - a.connection);
        this.more = list.length >= limit && limit < 500;
      },
    );
  }

  /** Loads older attempts. */
  async older(): Promise<void> {
    this.#limit = Math.min(500, this.#limit * 4);
    await this.load();
  }
}

/** The steps that were taken, in order. */
export function steps(attempt: Pick<Attempt, 'dns_us' | 'connect_us' | 'tls_us' | 'first_byte_us'>): Step[] {
  const all: Step[] = [
    { name: 'DNS', us: attempt.dns_us },
    { name: 'Connect', us: attempt.connect_us },
    { name: 'TLS', us: attempt.tls_us },
    { name: 'First byte', us: attempt.first_byte_us },
  ];
  return all.filter((step) => step.us > 0);
}

/** The steps as text: "DNS 1.2 ms, connect 0.4 ms, first byte 8 ms". */
export function stepWords(list: Step[]): string {
  if (list.length === 0) return m.health_steps_none();
  return enumeration(list.map(({ name, us }) => stepMessages[name]({ time: micros(us) })));
}

const stepMessages: Record<Step['name'], (parts: { time: string }) => string> = {
  DNS: (parts) => m.health_step_dns(parts),
  Connect: (parts) => m.health_step_connect(parts),
  TLS: (parts) => m.health_step_tls(parts),
  'First byte': (parts) => m.health_step_first_byte(parts),
};

/** How long the connection was open, as text. */
export function lasted(attempt: Attempt, now: number): string {
  if (!attempt.opened) return attempt.ended ? m.health_held_not() : m.health_held_connecting();
  const end = attempt.ended ? Date.parse(attempt.ended) : now;
  return duration(Math.max(0, end - Date.parse(attempt.opened)));
}

/** Why an attempt ended, or that it has not. */
export function ending(attempt: Attempt): string {
  if (attempt.reason) return words(attempt);
  if (!attempt.ended) return attempt.opened ? m.health_ended_open() : m.health_ended_connecting();
  return attempt.status && attempt.status !== 200
    ? m.health_ended_status({ status: String(attempt.status) })
    : m.health_ended_unknown();
}
