/** What the HTTP API speaks, as docs/api.md has it. The words are those of backend/live. */

/** A place in the journal, written `k3f9.1042`. */
export type Position = string;

export interface Gap {
  /** How many messages are missing: null where that cannot be known, 0 where it was checked that none is. */
  missing: number | null;
  code: string;
  reason: string;
  from?: string;
  to?: string;
  after?: string;
  /** How much of an outage Signalbox itself waited before it tried to connect again. */
  waited_ms?: number;
  /** How many outages it stands for, where that is more than one. */
  count?: number;
}

export interface Note {
  code: string;
  reason: string;
  /** How many times it happened, where the note stands for more than one. */
  count?: number;
}

export interface Message {
  position: Position;
  source: string;
  kind: 'event' | 'gap' | 'note';
  event?: string;
  /** The id on the wire: the one that was chosen, else the position. */
  id?: string;
  /** The id that the publisher or the remote server chose, as it was received. */
  own_id?: string;
  data?: string;
  /** Of the whole data, in bytes. */
  size?: number;
  retry?: number;
  connection?: number;
  received: string;
  /** Set where a preview was asked for and data is not whole. */
  cut?: boolean;
  gap?: Gap;
  note?: Note;
}

export interface Page {
  messages: Message[];
  /** The range of positions that was examined. */
  from: Position;
  to: Position;
  /** The journal goes on in that direction. */
  more: boolean;
}

export type FeedState = 'connecting' | 'open' | 'quiet' | 'waiting' | 'stopped';
export type Bar = '' | 'open' | 'warn' | 'down';

export interface Health {
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
  /** Of messages, those that the journal held already. */
  home?: number;
  last_message?: string;
  last_byte?: string;
  heartbeat_ms: number;
  rhythm_ms: number;
  longest_silence_ms: number;
  /** In the last 24 hours. */
  reconnects: number;
  /** 0 to 1, over the last 24 hours or since the feed was added. */
  up: number;
  connect_p50_us: number;
  /** The last 24 hours in 48 half hours, oldest first. */
  bars?: Bar[];
  retry_ms: number;
  last_event_id?: string;
}

/** How much of the journal or of a source is kept; 0 means no limit. */
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
  /** Left out where it has no limits of its own. */
  keep?: Keep;
  messages: number;
  bytes: number;
  unread: number;
  /** The number of its newest message, 0 where there was none. */
  last: number;
  last_at?: string;
  /** Messages a second, over the last few seconds. */
  rate: number;
  /** Messages in each of the last 30 periods of 2 s, oldest first. */
  spark: number[];
  /** Clients that follow it at the local server. */
  clients: number;
  feed?: { url: string; paused: boolean };
  /** What a user should know about a feed that was added or edited. */
  notice?: string;
  health?: Health;
}

export interface State {
  version: string;
  epoch: string;
  first: number;
  last: number;
  bell: string;
  /** The program has a window of its own; false in `signalbox serve`. */
  window: boolean;
  now: string;
  journal: { messages: number; bytes: number; lag_us: number; fault: string; in_rate: number; out_rate: number };
  server: { address: string; url: string; notice: string; clients: number };
  /** Parts of the program that do not work, each as a sentence. */
  faults?: string[];
  samples: boolean;
  /** The ids of the sources that the sample events made. */
  samples_made: number[];
  sources: Source[];
}

export interface Header {
  name: string;
  /** Empty for a secret one: its value lies in Secrets. */
  value?: string;
  secret?: boolean;
}

export interface Secrets {
  token?: string;
  password?: string;
  headers?: Record<string, string>;
}

/** A feed's settings, as sent. What `secrets` leave out stays as it is. */
export interface FeedDraft {
  /** Of a feed that is there already: it is tried with the secrets that it has. */
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
  /** Messages a second that are taken; the others are counted in a gap. 0 takes all. */
  max_rate?: number;
  /** Left out where it has no limits of its own. */
  keep?: Keep;
  paused?: boolean;
  secrets?: Secrets;
}

/** A feed's settings, as they come back: of the secrets only which there are. */
export interface Feed extends Omit<FeedDraft, 'secrets'> {
  id: number;
  kind: 'feed';
  colour: number;
  created: string;
  method: 'GET' | 'POST';
  paused: boolean;
  has_secrets?: string[];
}

export interface FeedCheck {
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

export interface Attempt {
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
  /** Empty for all. */
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
  /** The settings whose change waits for the next start. */
  restart: string[];
  /** Those that a flag, the environment or the file decides. */
  fixed: string[];
  token_set: boolean;
}

export interface PublishDraft {
  event?: string;
  id?: string;
  /** A string goes out as it is; any other JSON value as its text. */
  data: unknown;
  retry?: number;
  /** Stores the message also where the same one is there with its id. */
  again?: boolean;
}

export interface Published {
  /** Of the message that is stored already, where it was a retry. */
  position: Position;
  id: string;
  clients: number;
  /** It was a retry, and was not stored again. */
  repeated?: boolean;
}

export interface PublishedEntry {
  at: string;
  channel: string;
  event: string;
  id: string;
  position: Position;
  clients: number;
  /** It was a retry, and was not stored again. */
  repeated?: boolean;
  error: string;
}
