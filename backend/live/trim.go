package live

import "time"

// A Trim says which messages a store deletes in one step: the oldest of one
// source, or of the whole journal.
type Trim struct {
	Source   int64     // of this source; 0 means of all sources
	Messages int64     // at least this many messages,
	Bytes    int64     // and enough to remove this many bytes,
	Before   time.Time // and all that were received before this time
	// Removed deletes every message of the source, and what is remembered of
	// its trimmed messages.
	Removed bool
	Limit   int // but at most this many messages in the step; 0 means 500
}

// A Trimmed says what a Trim deleted.
type Trimmed struct {
	Sources map[int64]Tally // Kept and Bytes of what was deleted, by source; empty where nothing was
	First   int64           // the oldest number that is left, 0 where none is
	More    bool            // the store can give more space back to the disk
}
