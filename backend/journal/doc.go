// Package journal keeps all messages in one order, and lets any number of
// readers follow it. It has five verbs: append, read, follow, mark and trim.
//
// # Writing
//
// One goroutine writes. It takes whatever has queued up while its last commit
// ran and commits that in one transaction, so that an fsync is shared by all
// who wait and nothing waits on an idle machine. Then the messages go into
// the tail, the callers get their numbers, and readers are woken, in this
// order: nobody sees what a crash could still undo. Tasks that change sources
// or trim run in the same goroutine between two commits, which makes the
// store's counts and those in memory the same without a lock around both.
//
// Where a batch fails its requests are committed one by one, and only the
// culprit fails. Where the store itself is at fault (a full disk), publishers
// get its error, Stats has a sentence, and the store is tried again every
// second until it works.
//
// A request is never withdrawn. A caller whose context ends leaves before the
// answer and is told that it is not known; taking a message back could lose
// it after it was committed.
//
// # Reading
//
// Readers pull. There is no queue per reader that could overflow, so a slow
// one costs nothing but the row of messages it has yet to read. A cursor
// walks the tail where that reaches back far enough, and the store's pages
// where not. Everything before the tail's first number is committed, so the
// change from one to the other is a comparison of numbers and there is no
// seam at which a message can be missed or repeated.
//
// The tail is a directory of chunks. Only the writer changes it; it publishes
// an entry by raising a chunk's count, and the directory by replacing it, so
// that readers take no lock, and a reader that wants everything gets a slice
// of the chunk itself. A cursor keeps a number between two calls and no
// pointer: a linked list would be kept alive from the slowest reader on.
//
// Readers sleep on one channel that is closed when there is news. Closing it
// costs as much as there are sleepers, so under load it is closed at most
// once per Options.Gather, and a reader that is awake sees what it was closed
// for and no more: it would find one message at each look otherwise, and pay
// a write for each. With 1,000 readers who all get everything, two
// cores make 40,000 commits and 40 million deliveries a second.
//
// A filtered cursor's place is the last message examined. It could not stay
// at the last that matched: after a quiet week it would read the week again.
//
// A cursor follows sources, or names. A name can pass from one source to
// another while a reader follows it; the sources list every naming with the
// number after which it counts, and a cursor looks at that list after it has
// taken entries and before it matches them. A source gets its name before its
// first message is committed, so the reader finds every message that was
// published under the name.
//
// A Reader is a cursor with a stored place, for readers that must see
// everything once over any number of starts.
//
// # Ids and retries
//
// The store decides what an id means, in the transaction of the append. The
// first message of a source with an id has it on the wire; a later one has its
// position there. So a Last-Event-ID leads to one place, and Resume skips
// nothing. A publish that asks for it (Draft.Once) is stored once however often
// it is tried, and a message of this journal that comes back through a feed is
// recognised by its origin and its content, and not stored again. Append tells
// both by Repeated.
//
// # Holes
//
// Trimming never waits for a reader. The store keeps, of each source, up to
// which number it was trimmed and how many events went, and remembers the
// newest trimmed messages one by one. A cursor asks after each page that it
// reads whether anything of its sources was trimmed behind its place, so it
// cannot pass over a hole that was made in between, and holes of other sources
// do not concern it. The Gap comes before the page and has an exact count: the
// events of those sources that were trimmed and not read. A hole that reaches
// beyond the page is told as a whole and not again by this cursor; a client
// that resumes inside it is told what is missing behind its place. The count is
// unknown for a filter by content, where only gaps were trimmed, and where the
// place is older than all that is remembered. Messages of a source that the
// user removed are no gap.
//
// The writer trims behind each commit, before it takes the next one: what
// exceeds a limit by 1 % goes, up to twice as many messages as came in, and all
// of it where the limit is exceeded by 4 %. So limits hold under any load, and
// no publisher waits for more than a few milliseconds of it. Age is looked at
// by Trim, now and then.
//
// Numbers start at 1 and grow. They jump after an unclean end, because there
// are disks that lose what they said was safe: what a reader may have seen
// under a number must not be something else later.
package journal
