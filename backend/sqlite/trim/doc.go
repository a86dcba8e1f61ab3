// Package trim deletes the oldest messages and keeps a tombstone of each.
//
// It does not decide which messages are due: journal/sources/retention.go does.
// Nor does it decide when: node's trim loop (node/run.go) and the journal's
// writer (journal/trim.go) call it through sqlite.DB.Trim.
//
// One call of Trim runs in one short transaction: it selects the messages of a
// live.Trim, deletes them, corrects the counts of their sources, and writes a
// tombstone for each event and gap. Shrink then returns free pages to the disk.
//
// A tombstone is a row of the table trimmed. With it the store can count the
// events that a reader has missed, find the number of an id, and recognise a
// repeat of a deleted message (ContentSum). The newest
// 100,000 tombstones of each source are kept, and 1,000,000 in all. A message's
// id, origin and key stay in their tables for as long as its tombstone.
//
// The messages of a removed source leave no tombstones. Notes have none either,
// because clients never get them.
//
// Read trim.go first, then tombstone.go.
package trim
