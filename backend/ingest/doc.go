// Package ingest writes the history of a feed's connections into the journal: its
// messages, a note for each change of its health, and a gap for messages that
// are or may be missing.
//
// A Recorder does this for one feed. It promises:
//
//   - Order: a loss is written when it happens. The return and its gap are
//     written before the first new message, whose id may prove how many messages
//     are missing, or after two seconds without a message.
//   - Resumption: the stored last event ID always matches the stored messages,
//     because both are committed together.
//   - Bounds: events over a rate limit become one gap a second, and occurrences
//     that repeat become summaries.
//   - Nothing is dropped silently: while the journal cannot write, Event blocks.
//
// Read recorder.go first (events), then notes.go (changes of health), outage.go
// and idsequence.go (how many messages an outage lost), summary.go, ratelimit.go,
// draft.go and upstream.go (the journal's forms), and batcher.go (commits).
package ingest
