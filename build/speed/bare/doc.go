// Package bare is what Signalbox is compared with: what net/http and SQLite
// alone can do for a server of events, written as plainly as possible.
//
// The bare server publishes without a commit. Its frames lie one behind the
// other in segments that all clients share, and net/http's handler writes
// straight from there: no copy for each client, everything that is ready in one
// write, no queue, no goroutine for each message. The durable bare server
// commits to SQLite (WAL, synchronous FULL) before it shows or acknowledges
// anything; what has queued up goes into one transaction. Insert is a loop of
// the INSERTs that Signalbox does, without anything around it.
//
// All figures are ratios to these, so leave them alone: a change makes every
// figure of before worthless.
//
// Read log.go, server.go, durable.go, insert.go.
package bare
