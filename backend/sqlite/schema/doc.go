// Package schema creates the tables of the history and brings those of older
// versions up to date.
//
// Migrations are numbered SQL files. Each runs in a transaction of its own, together
// with the new version number, and is short however large the history is. The
// backfill, which reads every message, runs afterwards in many short transactions.
// It reports its progress, and after a kill or a full disk the next start continues
// it.
//
// Check refuses a file of another program or of a newer version, and does not
// change it.
//
// The tables are described in migrations/.
//
// Read migrate.go first, then backfill.go.
package schema
