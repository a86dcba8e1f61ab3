// Package cursor follows the end of a journal.
//
// Readers pull: there is no queue per reader that could overflow, so a slow one
// slows nobody. A Cursor keeps the number of the last message that it has
// examined. It reads the newest messages in memory (package recent) if they reach back far
// enough, and the store if not. Everything before the first number in memory is
// committed, so the change from one to the other is a comparison of numbers, and
// no message is missed or repeated there.
//
// A cursor examines messages up to the newest that readers were woken for. Under
// load a reader that is awake would otherwise find one message at each look, and
// pay a write for each.
//
// The place of a filtered cursor is the last message examined, not the last that
// matched: after a quiet week it would have to read the week again.
//
// Trimming never waits for a cursor. After each read from the store the cursor
// asks whether messages of its sources were trimmed behind its place, and
// returns a gap for them before those that it has read. So it cannot miss a
// deletion that happens in between. Damaged messages become a gap too.
//
// Read cursor.go, then store.go and gap.go.
package cursor
