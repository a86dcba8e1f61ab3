/** The types that only the screens have: what they send, and names for parts of what they receive. */
import type { Feed, Keep, Secrets, Settings, Source } from './types';

/** Messages in each of the last 30 periods of 2 s, the oldest first; empty if there were none. */
export type Spark = number[];

export type ThemeChoice = Settings['theme'];

/** The settings that a screen can change. */
export type EditableSettings = Omit<Settings, 'restart' | 'fixed' | 'token_set'>;

/** The query of a request for the state. */
export interface StateQuery {
  /** State.since of the last response; empty to get everything. */
  since: string;
  /** Names of the feeds and channels whose sparklines are visible. */
  sparks: string[];
  /** Names of the feeds whose bars are visible. */
  bars: string[];
}

/** What names a source for removing and restoring it. */
export type SourceName = Pick<Source, 'id' | 'name' | 'kind'>;

/** The settings of a feed, as they are sent. Secrets that are left out stay as they are. */
export interface FeedDraft extends Partial<Omit<Feed, 'kind' | 'created' | 'removed' | 'has_secrets'>> {
  name: string;
  url: string;
  secrets?: Secrets;
}

export interface ChannelDraft {
  name: string;
  colour?: number;
  keep?: Keep;
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
