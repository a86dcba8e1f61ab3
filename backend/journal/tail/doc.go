// Package tail holds the newest messages of a journal in memory, and wakes the
// readers that wait for more.
//
// One goroutine, the journal's writer, adds entries. Any number of readers walk
// them without locks and without copies. The tail is a directory of chunks: an
// entry becomes visible when the count of its chunk grows, and the directory is
// replaced when a chunk is added or the oldest ones are dropped.
//
// A reader keeps a number between two reads, and no pointer. So a chunk that was
// dropped is freed at once. A linked list would stay in memory from the place of
// the slowest reader on.
package tail
