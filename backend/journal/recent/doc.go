// Package recent holds the newest messages of a journal in memory, and wakes
// the readers that wait for more.
//
// One goroutine, the journal's writer, adds entries. Any number of readers read
// them without locks and without copies. Messages has a directory of chunks: an
// entry becomes visible when the count of its chunk grows, and the directory is
// replaced when a chunk is added or the oldest chunks are dropped.
//
// Between two reads, a reader keeps a number and no pointer. So a dropped chunk
// is freed at once. In a linked list, one slow reader would keep all later
// entries in memory.
//
// Messages also measures how late the readers are after they were woken. The
// writer waits for them, so that they find more messages at a time.
//
// Read recent.go first, then entry.go.
package recent
