// Package framecache keeps the newest messages as encoded frames, for all
// clients of the same sources together.
//
// A Cache has the frames in a few segments of memory that never move. After
// returns the frames that a client lacks as one slice of a segment, which the
// client writes to its connection as it is: nothing is copied or encoded for a
// single client. A client that is further behind than the cache reaches reads
// the journal with a cursor of its own.
//
// A Cache fills itself from the memory of the journal when a client asks, so it
// has no goroutine, and it shows only what is committed. Read framecache.go.
package framecache
