// Package cursor reads the messages of a journal in order and waits for new
// ones.
//
// Readers pull. There is no queue per reader that could overflow, so a slow
// reader slows nobody. A Cursor keeps the number of the last message that it has
// examined. It reads the next messages from memory (package recent), or from the
// store if they are no longer in memory. Everything before the first number in
// memory is committed, so a comparison of numbers decides between the two,
// and no message is missed or repeated at the change.
//
// A cursor examines messages up to the newest that was announced to readers.
// Otherwise a reader that is awake would, under load, find one message at a time
// and send each by itself.
//
// The number of a filtered cursor is that of the last message examined, not of
// the last one that matched. Otherwise a client that resumes after a week
// without matches would have that week read again.
//
// Trimming never waits for a cursor. After each read from the store, the cursor
// asks whether messages of its sources with greater numbers than its own were
// trimmed, and returns a gap for them before the messages that it has read. So
// it cannot miss a deletion during the read. Damaged messages become a gap too.
//
// Read cursor.go first, then store.go and gap.go.
package cursor
