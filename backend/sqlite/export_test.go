package sqlite

import (
	"database/sql"
	"testing"
)

// MaxAttempts is how many attempts of a feed are kept.
const MaxAttempts = maxAttempts

// WithMaxPages makes the disk full at so many pages.
var WithMaxPages = withMaxPages

// Remember makes a DB remember less of what was trimmed.
func Remember(db *DB, ofOne, ofAll int64) { db.write.memory = memory{ofOne, ofAll} }

// Rows counts the rows of a table.
func Rows(t *testing.T, db *DB, table string) (n int64) {
	t.Helper()
	if err := db.read.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// WithPatience changes how long one read may look for what matches little.
var WithPatience = withPatience

// TakeStreamReaders takes all connections that streams read with, until free is called.
func TakeStreamReaders(t *testing.T, db *DB) (free func()) { return take(t, db.stream) }

// TakeScreenReaders takes all connections that screens read with.
func TakeScreenReaders(t *testing.T, db *DB) (free func()) { return take(t, db.read) }

func take(t *testing.T, pool *sql.DB) (free func()) {
	t.Helper()
	var conns []*sql.Conn
	for range readers {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
	}
	return func() {
		for _, conn := range conns {
			conn.Close()
		}
	}
}
