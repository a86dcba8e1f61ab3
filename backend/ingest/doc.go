// Package ingest writes what happens on a feed's connections into the journal:
// its messages, a note for each change of its health, and a gap for what is or
// may be missing.
//
// A Recorder does this for one feed. It promises an order: a loss is noted when
// it happens; the return and its gap come before the first new message, whose id
// may prove what is missing, or after two seconds of silence. It promises that
// the stored Last-Event-ID is that of the last message committed, no more and
// no less: both are committed together. It promises bounds: a rate limit counts
// what it leaves out into one gap a second, and what happens over and over is
// collected into summaries. And nothing is dropped unnoticed: where the journal
// stands still, so does the feed.
//
// Begin with recorder.go (events), then notes.go (changes of health), outage.go
// and idsequence.go (what an outage cost), summary.go, ratelimit.go, draft.go
// and upstream.go (the forms in the journal), and batcher.go (commits).
package ingest
