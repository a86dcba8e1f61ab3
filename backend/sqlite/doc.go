// Package sqlite stores the program's data in one SQLite file. A DB is the
// journal's store: messages, sources with their counts, and marks. Its
// Installation stores feeds, connection attempts and settings.
//
// One connection writes, one transaction at a time: the journal's batches, and
// between them the small writes of others. So SQLITE_BUSY cannot come from
// within the program. Readers are two small pools, one for screens and one for
// streams; they see a snapshot and never wait for the writer.
//
// The parts, from the bottom up:
//
//	conn          the connections: options, transactions, errors
//	schema        the tables and their migrations
//	database      the file: opening, lock, full disk, damage, read-only
//	insert        adds messages and recognises repeats
//	trim          deletes old messages and keeps tombstones
//	signature     says of some messages which texts they certainly do not have
//	index         keeps the signatures of all messages
//	row           makes messages of rows
//	query         reads messages: ranges, pages, filters
//	count         counts messages over time
//	installation  stores feeds, attempts and settings
//
// This package joins them. Read db.go first, then append.go, trim.go, source.go,
// mark.go and bookmark.go.
package sqlite
