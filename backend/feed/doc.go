// Package feed follows remote event streams: it keeps each connected, and lets
// the user add, edit, pause, check, remove and restore them.
//
// A Follower has a subscription for each feed. A subscription makes one attempt
// after the other (package dial), tells a health.Monitor what happens on the
// connection, and writes through an ingest.Recorder into the journal. What it
// has learned of the feed outlives an attempt, and most of it a restart.
//
// It promises that after any end of the program the feed resumes after the last
// message stored; that a feed which needs secrets is never connected without
// them, nor with those of another server; and that an edit which fails changes
// nothing. No feed waits for another, for its keyring or for its server.
//
// When the machine wakes, waiting feeds are tried at once, and open connections
// have ten seconds to show that they are alive.
//
// Begin with follower.go and subscription.go, then watch.go (an open
// connection), secrets.go and loadstate.go (before the first attempt), edit.go,
// pause.go, remove.go, check.go, lock.go (one change at a time) and rollback.go
// (a change or none).
package feed
