package conn

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"os"
	"runtime"

	"github.com/mattn/go-sqlite3"
)

// PoolSize is the number of connections of a Pool. Two cores cannot use more, and
// each has a cache of its own.
const PoolSize = 3

// A Pool has a few connections that only read. Its methods may be called from any
// goroutine.
type Pool struct{ *sql.DB }

// OpenPool opens a pool on the database file at path, which a Writer has open.
func OpenPool(ctx context.Context, path string) (*Pool, error) {
	return openPool(ctx, dsn(path, sharedOptions, readerOptions))
}

// OpenPoolAlone opens a pool on a database file that nobody writes, and writes
// no file itself. Pools of OpenPool write a file beside the database: the index of
// the log, which all processes share.
func OpenPoolAlone(ctx context.Context, path string) (*Pool, error) {
	options := url.Values{"mode": {"ro"}}
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		// The database file is complete and does not change.
		options.Set("immutable", "1")
	} else {
		// Each connection builds an index of its own in memory. SQLite requires an
		// exclusive lock for that, and the lock requires a writable file. So this
		// VFS does not lock; the lock of the folder keeps other Signalboxes out.
		options.Set("vfs", "unix-none")
		if runtime.GOOS == "windows" {
			options.Set("vfs", "win32-none")
		}
		options.Set("_locking_mode", "EXCLUSIVE")
	}
	return openPool(ctx, dsn(path, readerOptions, options))
}

func openPool(ctx context.Context, dsn string) (*Pool, error) {
	db, err := sql.Open("signalbox", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(PoolSize)
	db.SetMaxIdleConns(PoolSize)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return &Pool{db}, nil
}

// Rows calls row with the columns of each row of a query, until row returns
// false. It reads the driver's own rows, without the locks and conversions of
// database/sql, which would slow down every message. The columns are valid until
// row returns.
func (p *Pool) Rows(ctx context.Context, row func([]driver.Value) (more bool), query string, args ...any) (err error) {
	conn, err := p.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(c any) error {
		named := make([]driver.NamedValue, len(args))
		for i, a := range args {
			if n, ok := a.(int); ok {
				a = int64(n)
			}
			named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
		}
		rows, err := c.(*sqlite3.SQLiteConn).QueryContext(ctx, query, named)
		if err != nil {
			return err
		}
		defer rows.Close()
		return readRows(rows, row)
	})
}
