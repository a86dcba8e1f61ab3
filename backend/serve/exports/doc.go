// Package exports answers GET /export: all messages that a filter selects, as one
// file.
//
// An export reads with a cursor, as a stream does, and ends at the message that was
// the newest when it began. So messages that are trimmed or damaged meanwhile become
// gaps in it. It holds one read of the store, at most 1 MiB or one message, and waits
// for its client between two writes.
//
// A filter that selects little would make the cursor read everything. Where it has
// found nothing for a while, a page of history finds the next match with the index.
//
// An answer whose end is missing must not look complete. It has the trailer
// Signalbox-Export if it is, and else its connection is cut, which every client
// reports as an error. Who names an id for an export can ask how far it is, and
// cancel it, also where a browser has taken the answer over as a download.
//
// Read exports.go first, then write.go.
package exports
