// Package feed follows remote event streams. It keeps each feed connected, and
// lets the user add, edit, pause, check, remove and restore feeds.
//
// A Follower has a subscription for each feed. A subscription opens one
// connection after the other (package dial), reports every event to a
// health.Monitor, and writes to the journal through an ingest.Recorder. Its state
// outlives a connection, and most of it a restart.
//
// It promises: after any end of the program, a feed resumes after its last stored
// message. A feed that needs secrets is never connected without them, nor with
// the secrets of another server. An edit that fails changes nothing. No feed
// waits for the keyring or the server of another feed.
//
// When the machine wakes, waiting feeds connect at once, and an open connection
// must receive something within ten seconds.
//
// Read follower.go first, then subscription.go, watch.go (an open connection),
// secrets.go and loadstate.go (before the first attempt), edit.go, pause.go,
// remove.go, check.go, lock.go (one change at a time) and rollback.go (undo of a
// failed change).
package feed
