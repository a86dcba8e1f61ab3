package live

import "time"

// A Gap is a stretch of messages known to be missing, or that cannot be
// known to be complete, and why.
type Gap struct {
	// Missing is how many messages are missing: nil where that cannot be
	// known, 0 where it was checked that nothing is.
	Missing *int64 `json:"missing"`
	// Code never changes: "disconnected", "restarted", "paused", "reconnected",
	// "edited", "removed", "trimmed", "unknown_id", "ambiguous_id",
	// "other_epoch", "too_large", "limit", "refused", "no_ids", "damaged".
	Code   string    `json:"code"`
	Reason string    `json:"reason"`          // a sentence for the timeline
	From   time.Time `json:"from,omitzero"`   // when the stretch began
	To     time.Time `json:"to,omitzero"`     // when it ended
	After  string    `json:"after,omitempty"` // the id that was resumed from
	// WaitedMS is how much of an outage Signalbox itself waited before it tried
	// to connect again.
	WaitedMS int64 `json:"waited_ms,omitempty"`
	// Count is how many outages this one gap stands for, where it is more than one.
	Count int64 `json:"count,omitempty"`
}

// A Note is something that happened to a source's connection and is worth a
// line in the timeline. Every change of a feed's health is one.
type Note struct {
	// Code never changes: "opened", "lost", "failed", "quiet", "heard",
	// "stopped", "paused", "resumed", "reconnected", "edited".
	Code   string `json:"code"`
	Reason string `json:"reason"` // a sentence
	// Count is how many times it happened, where one note stands for more than one.
	Count int64 `json:"count,omitempty"`
}

// A Mark is a stored place: how far a lasting reader has come. For a feed,
// Text is the Last-Event-ID, saved in the transaction of its messages.
type Mark struct {
	Name   string // "feed/12", "rule/3"
	Number int64  // the last message examined; or Newest, in Append
	Text   string
	Ended  bool // in Append: the mark is deleted
}

// Newest, as the Number of a Mark that is appended, stands for the number of
// the last message that is appended with it.
const Newest = -1
