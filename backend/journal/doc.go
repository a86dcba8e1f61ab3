// Package journal keeps all messages in one order, and lets any number of
// readers follow it. It has five verbs: append, read, follow, mark and trim.
//
// # Writing
//
// One goroutine, the writer, commits. All requests that queued up during one
// commit share the next one, and thus one fsync; a request to an idle journal
// is committed at once. After the commit the writer adds the messages to those
// in memory, replies to the callers and wakes the readers, so nobody sees a
// message that a crash can still undo. Tasks that change sources or trim run in
// the writer between two commits, which keeps the counts in the store and in
// memory equal.
//
// If a batch fails, the writer commits its requests one by one, so that only
// the bad request fails. If the store fails (a full disk), publishers get its
// error, Stats reports it, and the writer checks the store every second until
// it works.
//
// A request is never withdrawn. If a caller's context ends first, the caller
// gets the error "not_known": the message may be committed already.
//
// # Reading
//
// Follow returns a cursor.Cursor, which reads the newest messages from memory
// and older ones from the store. Waking all readers takes time for each of
// them, so under load the writer does it at most once per Options.WakeInterval,
// and not before they have read what they were woken for, or are late with it
// (see wakeInterval in writer.go).
// A Reader is a cursor whose number is stored: it reads every message once,
// over any number of starts of the program. Read returns one page.
//
// # Ids and repeats
//
// The store compares ids in the transaction of the append. The first message of
// a source with an id is sent with that id; a later one is sent with its
// position as id. So a Last-Event-ID stands for one message, and Resume skips
// nothing. A retried publish, and a message of this journal that a feed
// receives, are not stored again (live.Message.Repeated); sqlite/insert/doc.go
// has the rules.
//
// # Trimming
//
// The writer trims after each commit, before the next batch. If a limit is
// exceeded by 1 %, it deletes up to twice as many messages as it has committed;
// if by 4 %, all that exceed the limit. So limits hold under any load, and
// publishers wait a few milliseconds at most. Trim, which the program calls at
// intervals, deletes messages that are too old.
//
// # Numbers
//
// Numbers start at 1 and grow. They jump after an unclean end, because some
// disks lose data after they have confirmed it: a number that a reader may have
// seen must not belong to another message later.
//
// The parts are in packages of their own: recent (the newest messages in
// memory), sources (the list of sources), cursor (the readers).
//
// Read journal.go first, then append.go, queue.go, writer.go, store.go,
// resume.go and trim.go.
package journal
