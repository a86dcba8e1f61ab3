// Package conn opens the connections to one SQLite file.
//
// A Writer is the one connection that changes the file. It runs one
// transaction at a time. It is a connection of the driver itself: the pool of
// database/sql, its context watcher and its conversion of each argument cost
// more than the INSERT of a small message.
//
// A Pool is a few connections of database/sql that can only read. They see a
// snapshot and never wait for the writer, because the journal mode is WAL. Rows
// reads through the driver's own rows, for reads of many messages.
//
// UserError turns the errors of SQLite and of the disk into sentences for the
// user.
//
// Read dsn.go first (the options of each connection and their reasons), then
// writer.go, statement.go and pool.go.
package conn
