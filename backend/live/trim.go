package live

import "time"

// A Trim selects the messages that a store deletes in one step: the oldest of one
// source, or of the whole journal.
type Trim struct {
	Source   int64     // of this source; 0 means of all sources
	Messages int64     // at least this many messages,
	Bytes    int64     // and messages of at least this many bytes,
	Before   time.Time // and all messages received before this time
	// Removed selects every message of the source, and the tombstones of its
	// trimmed messages.
	Removed bool
	Limit   int // but at most this many messages in one step; 0 means 500
}

// A Trimmed is the result of a Trim.
type Trimmed struct {
	Sources map[int64]Tally // Kept and Bytes of the deleted messages, by source; empty if none was deleted
	First   int64           // the oldest number left, 0 if there is none
	More    bool            // whether the store can return more space to the disk
}
