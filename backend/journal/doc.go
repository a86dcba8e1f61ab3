// Package journal keeps all messages in one order, and lets any number of
// readers follow it. It has five verbs: append, read, follow, mark and trim.
//
// # Writing
//
// One goroutine writes. It takes what has queued up during its last commit and
// commits that in one transaction, so that all callers share an fsync and nobody
// waits on an idle machine. Then it adds the messages to those in memory, answers the
// callers, and wakes the readers. So nobody sees a message that a crash could
// still undo. Tasks that change sources or trim run in the same goroutine
// between two commits: then the store's counts and those in memory agree.
//
// If a batch fails, its requests are committed one by one, so that only the one
// at fault fails. If the store is at fault (a full disk), publishers get its
// error, Stats has a sentence, and the store is tried every second until it
// works.
//
// A request is never withdrawn. A caller whose context ends leaves before the
// answer and is told that the outcome is not known: to withdraw a message could
// lose it after it was committed.
//
// # Reading
//
// Follow returns a cursor.Cursor, which reads the newest messages from memory, or the store
// if its place is older. Waking the readers costs as much as there are readers,
// so under load that happens at most once per Options.Gather. A Reader is a
// cursor with a stored place, for readers that must see everything once over any
// number of starts. Read returns one finite page.
//
// # Ids and retries
//
// The store decides what an id means, in the transaction of the append. The
// first message of a source with an id has it on the wire; a later one has its
// position there. So a Last-Event-ID leads to one place, and Resume skips
// nothing. A publish that asks for it (Draft.Once) is stored once however often
// it is tried. A message of this journal that comes back through a feed is
// recognised by its origin and its content, and is not stored again. Both have
// Repeated.
//
// # Trimming
//
// The writer trims behind each commit, before it takes the next batch: if a
// limit is exceeded by 1 %, it deletes up to twice as many messages as came in;
// if by 4 %, as many as exceed it. So limits hold under any load, and publishers
// wait a few milliseconds at most. Age is left to Trim, which is called now and
// then.
//
// # Numbers
//
// Numbers start at 1 and grow. They jump after an unclean end, because some
// disks lose what they said was safe: a number that a reader may have seen must
// not belong to another message later.
//
// The parts are in packages of their own: recent (the newest messages in memory),
// sources (the list of sources), cursor (the readers). Read journal.go,
// append.go, writer.go and store.go first.
package journal
