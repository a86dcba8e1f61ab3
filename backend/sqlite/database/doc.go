// Package database opens the history's file and takes care of it. A File has
// the connections that the stores above it use.
//
// # Opening
//
// A lock file keeps a second program out: two writers would give the same
// numbers. A file that is no database, or belongs to another program or a newer
// Signalbox, is refused and left as it is; so is a log whose database is
// missing, which SQLite would delete. A history that cannot be written is
// opened for reading only. Every error of Open is a live.Error.
//
// # Numbers
//
// AUTOINCREMENT keeps the greatest number ever given, even after all messages
// were trimmed. The flag about.clean is cleared at the start, and is in the
// file itself before anything is appended. If it is still clear at the next
// start, the end was unclean, and numbers jump past all that a lost log can
// have held.
//
// # A full disk
//
// Deleting needs space as well: each transaction is appended to the log before
// it changes the file. So a disk.Reserve holds some, and is released when a
// write finds the disk full. From then on appends are refused, which leaves the
// space to trimming and settings (TxWithReserve). The log is copied into the
// file first, and after each change, so that it starts again in the space that
// it has. Pages that trimming has freed are given back to the disk. When the
// reserve can be made again, or a smaller one if there are no more pages to
// give back, appends go on.
//
// # Files that disappear
//
// A file that was removed can be written for as long as it is open. So the
// paths are looked up before each commit, and every two seconds while there is
// none: while they do not lead to the files that were opened, every commit
// fails.
//
// Read open.go first, then start.go, fulldisk.go and files.go.
package database
