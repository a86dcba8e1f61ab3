// Package backup copies a history into one file while Signalbox runs, and makes a
// data folder of such a file.
//
// The copy is made with SQLite's own backup, from one snapshot: it has every message
// that was committed when it began, and whoever writes does not wait. It has the
// messages, bookmarks, feeds, attempts and settings. It has neither the secrets of
// feeds, which are in the keyring, nor the token of the console, nor certificates.
//
// A restored history keeps its epoch, so that messages keep their ids and clients
// resume. But the original may have gone on after the copy, and given out numbers
// that the copy does not know. So the numbers of a restored history go on at the
// number of microseconds since 1970, which neither the original nor another restored
// copy reaches: a million numbers a second would have to be used, with a thousand
// million for each unclean end.
//
// Read backup.go first, then restore.go.
package backup
