/** The types of the HTTP API, described in docs/api.md. They are named as in backend/live. */

/** A place in the journal, written `k3f9.1042`. */
export type Position = string;

/** The parts of a sentence from which it can be said in another language: see lib/texts.en.json. */
export interface Translatable {
  /** The code of the sentence; if it is left out, `code` names the sentence. */
  text?: string;
  params?: Record<string, string | number | boolean>;
}

/** A sentence of the program. */
export interface Sentence {
  /** The code of the sentence, or the codes of several. */
  code: string;
  params?: Record<string, string | number | boolean>;
  message: string;
  hint?: string;
}

export interface Gap extends Translatable {
  /** How many messages are missing: null if that cannot be known, 0 if it was checked that none are. */
  missing: number | null;
  code: string;
  reason: string;
  from?: string;
  to?: string;
  after?: string;
  /** How much of an outage Signalbox spent waiting before its next attempt to connect, in milliseconds. */
  waited_ms?: number;
  /** How many outages the gap stands for, if more than one. */
  count?: number;
}

export interface Note extends Translatable {
  code: string;
  reason: string;
  /** How often it happened, if more than once. */
  count?: number;
}

export interface Message {
  position: Position;
  source: string;
  kind: 'event' | 'gap' | 'note';
  event?: string;
  /** The id on the wire: the chosen one, or the position. */
  id?: string;
  /** The id that the publisher or the remote server chose; left out if there is none. */
  own_id?: string;
  data?: string;
  /** The length of the whole data, in bytes. */
  size?: number;
  retry?: number;
  connection?: number;
  received: string;
  /** True if a preview shortened data, id or event. */
  cut?: boolean;
  gap?: Gap;
  note?: Note;
}

export interface Page {
  messages: Message[];
  /** The range of positions that was examined. */
  from: Position;
  to: Position;
  /** The journal has more messages in that direction. */
  more: boolean;
}

export type FeedState = 'connecting' | 'open' | 'quiet' | 'waiting' | 'stopped';
export type Bar = '' | 'open' | 'warn' | 'down';

export interface Health extends Translatable {
  state: FeedState;
  since: string;
  code?: string;
  reason?: string;
  hint?: string;
  certificate?: string;
  retry_at?: string;
  attempt: number;
  connection: number;
  rate: number;
  messages: number;
  /** Of messages, those that the journal had already. */
  home?: number;
  last_message?: string;
  last_byte?: string;
  heartbeat_ms: number;
  rhythm_ms: number;
  longest_silence_ms: number;
  /** In the last 24 hours. */
  reconnects: number;
  /** The share of the last 24 hours, or since the feed was added: 0 to 1. */
  up: number;
  connect_p50_us: number;
  retry_ms: number;
  last_event_id?: string;
}

/** How much of the journal or of a source is kept. 0 means no limit. */
export interface Keep {
  messages: number;
  bytes: number;
  age_days: number;
}

export interface Source {
  id: number;
  name: string;
  kind: 'feed' | 'channel';
  /** 1 to 6. */
  colour: number;
  created: string;
  /** Left out if the source has no limits of its own. */
  keep?: Keep;
  messages: number;
  bytes: number;
  unread: number;
  /** The number of the newest message, 0 if there was none. */
  last: number;
  last_at?: string;
  /** Messages a second, over the last few seconds. */
  rate: number;
  /** Clients of the local server that follow the source. */
  clients: number;
  feed?: { url: string; paused: boolean };
  /** What the user should know after adding or editing a feed. */
  notice?: Sentence;
  health?: Health;
}

/** Messages in each of the last 30 periods of 2 s, the oldest first; empty if there were none. */
export type Spark = number[];

export interface State {
  version: string;
  epoch: string;
  first: number;
  last: number;
  bell: string;
  /** True if the program has a window, false for `signalbox serve`. */
  window: boolean;
  now: string;
  journal: {
    messages: number;
    bytes: number;
    lag_us: number;
    fault: Sentence | null;
    in_rate: number;
    out_rate: number;
    spark: Spark;
  };
  server: { address: string; url: string; notice: Sentence | null; clients: number };
  /** A sentence for each part of the program that does not work. */
  faults: Sentence[];
  samples: boolean;
  /** The ids of the sources that the sample events created. */
  samples_made: number[];
  /** What the next request sends to get only what changed. */
  since: string;
  /** True if `sources` holds every source, not only those that changed. */
  whole: boolean;
  /** True if more sources changed than one response holds. */
  more?: boolean;
  /** The ids of sources that were removed. */
  removed?: number[];
  sources: Source[];
  /** The sparklines of the sources that the query names, by name. */
  sparks?: Record<string, Spark>;
  /** The last 24 hours of the feeds that the query names, by name: 48 half hours, the oldest first. */
  bars?: Record<string, Bar[]>;
}

/** The query of a request for the state. */
export interface StateQuery {
  /** State.since of the last response; empty to get everything. */
  since: string;
  /** Names of the feeds and channels whose sparklines are visible. */
  sparks: string[];
  /** Names of the feeds whose bars are visible. */
  bars: string[];
}

export interface Header {
  name: string;
  /** Empty for a secret header: its value is in Secrets. */
  value?: string;
  secret?: boolean;
}

export interface Secrets {
  token?: string;
  password?: string;
  headers?: Record<string, string>;
}

/** The settings of a feed, as they are sent. Secrets that are left out stay as they are. */
export interface FeedDraft {
  /** The id of an existing feed, which is then tried with its stored secrets. */
  id?: number;
  name: string;
  colour?: number;
  url: string;
  method?: 'GET' | 'POST';
  body?: string;
  headers?: Header[];
  auth?: '' | 'bearer' | 'basic';
  user?: string;
  ca?: string;
  certificate?: string;
  proxy?: string;
  /** How many messages a second are stored, 0 for all. The others are counted in a gap. */
  max_rate?: number;
  /** Left out if the source has no limits of its own. */
  keep?: Keep;
  paused?: boolean;
  secrets?: Secrets;
}

/** The settings of a feed, as they are received: with the names of its secrets only. */
export interface Feed extends Omit<FeedDraft, 'secrets'> {
  id: number;
  kind: 'feed';
  colour: number;
  created: string;
  method: 'GET' | 'POST';
  paused: boolean;
  has_secrets?: string[];
}

export interface FeedCheck extends Translatable {
  ok: boolean;
  status: number;
  reason: string;
  hint?: string;
  code?: string;
  /** The setting that is wrong. */
  field?: string;
  certificate?: string;
  dns_us: number;
  connect_us: number;
  tls_us: number;
  first_byte_us: number;
  messages: number;
}

export interface Attempt extends Translatable {
  connection: number;
  started: string;
  opened?: string;
  ended?: string;
  dns_us: number;
  connect_us: number;
  tls_us: number;
  first_byte_us: number;
  status?: number;
  address?: string;
  messages: number;
  bytes: number;
  code?: string;
  reason?: string;
}

export interface ChannelDraft {
  name: string;
  colour?: number;
  keep?: Keep;
}

export interface Client {
  id: number;
  address: string;
  /** Empty means all. */
  sources: string[];
  types: string[];
  since: string;
  last: Position;
  behind: number;
  sent: number;
  bytes: number;
  agent: string;
  resumed?: string;
  protocol: string;
}

export type ThemeChoice = 'dark' | 'light' | 'system';

export interface Keep {
  messages: number;
  bytes: number;
  age_days: number;
}

export interface EditableSettings {
  theme: ThemeChoice;
  port: number;
  data: string;
  keep: Keep;
  create_channels: boolean;
  max_channels: number;
  heartbeat_s: number;
  retry_ms: number;
  max_event: number;
}

export interface Settings extends EditableSettings {
  /** The settings that change at the next start. */
  restart: string[];
  /** The settings that a flag, the environment or the configuration file decides. */
  fixed: string[];
  token_set: boolean;
}

export interface PublishDraft {
  event?: string;
  id?: string;
  /** A string is published as it is, any other JSON value as its JSON text. */
  data: unknown;
  retry?: number;
  /** Stores the message even if the same one is already stored with its id. */
  again?: boolean;
}

export interface Published {
  /** The position; for a retry, that of the message stored before. */
  position: Position;
  id: string;
  clients: number;
  /** True for a retry, which was not stored again. */
  repeated?: boolean;
}

export interface PublishedEntry {
  at: string;
  channel: string;
  event: string;
  id: string;
  position: Position;
  clients: number;
  /** True for a retry, which was not stored again. */
  repeated?: boolean;
  error: string;
}
