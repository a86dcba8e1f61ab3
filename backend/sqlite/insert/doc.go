// Package insert writes messages into the history and recognises those that are
// in it already.
//
// Most messages have nothing in common with an older one. They are inserted in
// groups of up to 64 rows, and their ids, origins and keys with a statement each
// for the group. If one of those exists already, the group is undone and its
// messages are inserted one by one.
//
// # Retried publishes
//
// duplicate.go decides whether a message repeats an older one, in the
// transaction that would insert it. So two that arrive together are one message
// too, also after a kill of the program. A repeated message is not stored: it
// gets the number of the stored one, and live.Message.Repeated.
//
//   - By its Idempotency-Key (live.Draft.Key): a publish with the key of an
//     older one in the same channel repeats it if type, id and data are equal.
//     If they differ, it is refused with "key_reused".
//   - By its id, if the draft has Once and no Key: a publish with type, id and
//     data of an older one in the same channel repeats it.
//   - By its origin: a message that was first published in this journal, or
//     that this source has received already, repeats it if kind, type and data
//     are equal.
//
// A publish is recognised for live.RetryWindow, and as long as the older
// message or its tombstone exists. A publish without an id and a key is always
// new. A message that only has the id of an older one is stored with
// live.Message.DuplicateID.
//
// Read insert.go first, then shared.go (the INSERTs of groups) and
// duplicate.go.
package insert
