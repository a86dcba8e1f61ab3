package sqlite

import (
	"database/sql"
	"testing"

	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/trim"
)

// WithMaxPages makes the disk full at so many pages.
var WithMaxPages = withMaxPages

// WithMaxReadTime sets how long one read may examine messages that do not match.
var WithMaxReadTime = withMaxReadTime

// LimitTombstones makes a DB keep fewer tombstones.
func LimitTombstones(db *DB, ofSource, all int64) {
	db.trimmer.Limits = trim.TombstoneLimits{Source: ofSource, All: all}
}

// Rows counts the rows of a table.
func Rows(t *testing.T, db *DB, table string) (n int64) {
	t.Helper()
	if err := db.file.Screens.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// HoldStreamReaders takes all connections that streams read with, until free is
// called.
func HoldStreamReaders(t *testing.T, db *DB) (free func()) { return hold(t, db.file.Streams) }

// HoldScreenReaders takes all connections that screens read with.
func HoldScreenReaders(t *testing.T, db *DB) (free func()) { return hold(t, db.file.Screens) }

func hold(t *testing.T, pool *conn.Pool) (free func()) {
	t.Helper()
	var conns []*sql.Conn
	for range conn.PoolSize {
		c, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	return func() {
		for _, c := range conns {
			c.Close()
		}
	}
}
