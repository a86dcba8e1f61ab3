// Package database opens and maintains the history's file. A File has the
// connections that the stores above it use.
//
// # Opening
//
// A lock file keeps a second program out: two writers would use the same numbers
// for different messages. Open refuses a file that is not a database or belongs to
// another program or a newer Signalbox, and leaves it unchanged. It also refuses a
// log without a database, because SQLite would delete the log. A history that
// cannot be written is opened for reading only. Every error of Open is a
// live.Error.
//
// # Numbers
//
// AUTOINCREMENT keeps the greatest number ever used, even after all messages are
// trimmed. The start clears the flag about.clean and copies that into the database
// file before the first append. If the flag is still clear at the next start, the
// end was unclean, and numbers jump past all that a lost log can have had.
//
// # A full disk
//
// Deleting needs space as well: each transaction is appended to the log before it
// changes the file. So a disk.Reserve occupies some space, and is released if a
// write finds the disk full. From then on appends are refused, which leaves the
// space to trimming and settings (TxWithReserve). The log is copied into the file
// first, and again after each change, so that it restarts in the space that it
// has. Pages that trimming has freed are returned to the disk. Appends are accepted
// again when the reserve is made again, or a smaller one if there are no more
// pages to return.
//
// # Files that disappear
//
// A removed file can be written for as long as it is open. So the paths are looked
// up before each commit, and every two seconds while there is none. If they no
// longer lead to the files that were opened, every commit fails.
//
// Read open.go first, then start.go, fulldisk.go and files.go.
package database
