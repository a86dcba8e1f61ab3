// Package trim deletes the oldest messages and keeps a tombstone of each.
//
// It does not decide which messages are due: journal/sources/retention.go does.
// Nor does it decide when: node's trim loop (node/run.go) and the journal's
// writer (journal/trim.go) call it through sqlite.DB.Trim.
//
// One call of Trim runs in one short transaction: it selects the messages that
// a live.Trim names, deletes them, corrects the counts of their sources, and
// writes a tombstone for each event and gap. Shrink then gives free pages back
// to the disk.
//
// A tombstone is a row of the table trimmed. It makes three answers possible:
// how many events a reader has missed, which number an id leads to, and whether
// a message that comes again is one that was deleted (ContentSum). The newest
// 100,000 tombstones of each source are kept, and 1,000,000 in all. A message's
// id, origin and key stay in their tables for as long as its tombstone.
//
// Nothing remains of the messages of a source that the user removed, and notes
// have no tombstones, because clients never get them.
//
// Read trim.go first, then tombstone.go.
package trim
