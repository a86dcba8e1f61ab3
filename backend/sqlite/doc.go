// Package sqlite keeps in one file all that must outlive the program. A DB is
// the journal's store: messages, sources and their counts, marks. Its
// Installation is what this installation keeps for itself: feeds, connection
// attempts, settings.
//
// # One writer, a few readers
//
// One connection writes, with a mutex around each transaction: the journal's
// batches, and between them the small writes of others, so SQLITE_BUSY
// cannot come from within. It is the driver's own connection. Measured with
// 64 callers of 150 bytes each on two cores: 100,000 acknowledged messages a
// second, and 280,000 in batches of 500. Three quarters of the time is inside
// SQLite, most of it the commit. What makes that so: statements prepared
// once, 64 rows in one INSERT, arguments that are reused, and one UPDATE of
// the counts for each source in a batch instead of one for each message.
//
// Readers are two pools of database/sql with the same options and query_only:
// one for screens, one for streams. They see a snapshot and are never in the
// writer's way (WAL). What a cursor reads
// comes through the driver's own rows: 100,000 messages to a new client took
// 0.30 s through database/sql and 0.17 s so, and take 0.13 s since nothing is
// fetched or locked that is not needed. What each option is for stands in
// dsn.go.
//
// # Pages in a bounded time
//
// A page of a few sources is merged from the index of each; SQL's
// "source IN (…) ORDER BY number" would walk or sort all of them. A filter by
// content, and a page or a read of many sources, looks at one window of numbers
// after the other until it is full or a tenth of a second is over, and says how
// far it came. The filter
// is live.Filter in SQL: lower and instr, which go by length and so see what
// stands behind a NUL, where LIKE stops. There is never an OFFSET over rows
// that were shown before, and nothing counts rows: each source's counts are
// columns that change in the transaction of its messages.
//
// Data is bound as text with its length, so that every valid text, with NUL
// or without, comes back to the byte. A preview is cut as bytes in SQL and
// then at a character's edge here.
//
// # Numbers
//
// AUTOINCREMENT keeps the greatest number ever given, also when everything
// has been trimmed. A flag says that the database is open, and is brought into the
// file itself before anything is appended; where it is found at the start the
// end was unclean, and numbers jump past all that a lost log could have held.
//
// # Trimming
//
// One transaction deletes a few hundred of the oldest messages, notes them in
// the table trimmed, and gives free pages back to the disk beyond those that
// appends will soon take. It is not synced by itself: the log is one file, so
// the sync of the next append covers it.
//
// An id or origin stays in its table while its trimmed message is remembered:
// a client can resume from it, and a message that comes home is recognised by
// the sum of its content. The newest 100,000 of a source and 1,000,000 in all
// are remembered.
//
// # Opening
//
// A lock file keeps a second program out: two writers would each give the
// same numbers. A file that is no database, is another program's or a newer
// Signalbox's is looked at without our options first, because the switch to
// WAL is a write, and left as it is; so is a log whose database is missing,
// which SQLite would delete. Every error of Open is a live.Error with a
// sentence and what to do.
//
// # Being taken away
//
// A file that was removed can be written for as long as it is open. So the
// names are looked up before each commit, and every two seconds while there is
// none: where they lead to other files, or nowhere, nothing is acknowledged
// until the same files are back.
//
// # Damage
//
// A page of the file that was overwritten makes what lies on it unreadable, and
// every walk that comes to it end there. Reads go around it: what comes before
// is returned, then a live.Damage with its extent, then what lies behind. The
// end of it is found by trying numbers further and further away. A damaged
// index is replaced by a walk through the table. Only trimming does not get past
// a damage: deleting would have to change the pages that cannot be read.
//
// # A full disk, and one that cannot be written
//
// Deleting needs space as well: each transaction is appended to the log before
// it changes the file. So a part of the disk is held in reserve, and given up
// when a write fails for want of space. From then on publishes are refused, so
// that the space is there for trimming and settings; the log is copied into the
// file first, and after each change, and begins anew in the space that it has.
// Pages that trimming has freed are given back to the disk. Once the reserve
// can be made again, or a smaller one where no more can be given back, publishes
// go on.
//
// Where the history cannot be opened for writing at all it is opened for
// reading. A reader of a log shares an index of it with others, in a file that
// it would have to make. Without a log the file is opened as immutable; with
// one, each connection makes an index of its own in memory.
package sqlite
