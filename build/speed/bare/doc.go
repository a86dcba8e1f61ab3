// Package bare is what Signalbox is compared with: servers that use only net/http
// and SQLite, as plain and as fast as possible.
//
// The bare server stores nothing. It encodes each frame once into segments that
// all clients share. A client's handler writes everything that is ready in one
// call, straight from a segment: no copy for each client, no queue, no goroutine
// for each message. The durable bare server commits to SQLite (WAL, synchronous
// FULL) before it shows or acknowledges a message; one transaction takes all
// messages that are waiting. Insert is a loop of Signalbox's INSERTs and nothing
// else.
//
// All ratios in docs/benchmarks.md refer to this package. After a change they
// cannot be compared with older ones.
//
// Read log.go, server.go, durable.go, insert.go.
package bare
