package conn

import (
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// A Writer is the one connection that changes the database. Tx, TxUnsynced, the
// checkpoints and Close may be called from any goroutine; the methods of
// statement.go only within a transaction, or before the Writer is shared.
type Writer struct {
	mu         sync.Mutex
	conn       *sqlite3.SQLiteConn
	statements map[string]*sqlite3.SQLiteStmt // the prepared statements, by their SQL
	args       Args                           // for InsertAll
	refusal    error                          // the error of every change, if the database can only be read
	closed     bool

	// BeforeCommit is called before each commit, if it is not nil. Its error
	// rolls the transaction back. Set it before the Writer is shared.
	BeforeCommit func() error
}

var errClosed = errors.New("the history is closed")

// OpenWriter opens the database file at path, which must exist.
func OpenWriter(path string) (*Writer, error) {
	conn, err := open(dsn(path, sharedOptions, writerOptions))
	if err != nil {
		return nil, err
	}
	return newWriter(conn), nil
}

// OpenPlain opens the database file at path with SQLite's own settings. The
// usual ones switch the journal mode to WAL, which changes the file.
func OpenPlain(path string) (*Writer, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(dsn(path, url.Values{"_busy_timeout": {"5000"}}))
	if err != nil {
		return nil, err
	}
	return newWriter(conn.(*sqlite3.SQLiteConn)), nil
}

// Refusing returns a Writer without a connection, for a database that can only be
// read. Every transaction fails with the error why.
func Refusing(why error) *Writer {
	w := newWriter(nil)
	w.refusal = why
	return w
}

func newWriter(conn *sqlite3.SQLiteConn) *Writer {
	return &Writer{conn: conn, statements: make(map[string]*sqlite3.SQLiteStmt)}
}

// Refusal returns the error of a Writer made by Refusing, else nil.
func (w *Writer) Refusal() error { return w.refusal }

// Tx runs fn in a transaction, and commits it unless fn fails. It runs one
// transaction at a time, and returns after the commit is synced.
func (w *Writer) Tx(fn func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tx(fn)
}

// TxUnsynced is Tx without the sync. The sync of a later commit covers it, because
// both are in one log.
func (w *Writer) TxUnsynced(fn func() error) (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	// Not a prepared statement: SQLite runs this pragma while it compiles it.
	if _, err := w.conn.Exec("PRAGMA synchronous = NORMAL", nil); err != nil {
		return err
	}
	defer func() {
		if _, e := w.conn.Exec("PRAGMA synchronous = FULL", nil); err == nil {
			err = e
		}
	}()
	return w.tx(fn)
}

// tx is called with the lock held.
func (w *Writer) tx(fn func() error) error {
	if err := w.usable(); err != nil {
		return err
	}
	if _, err := w.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn()
	if err == nil && w.BeforeCommit != nil {
		err = w.BeforeCommit()
	}
	if err == nil {
		_, err = w.Exec("COMMIT")
	}
	// After some errors, such as a full disk, SQLite has already rolled back. The
	// error of a second ROLLBACK would hide the first.
	if err != nil && !w.conn.AutoCommit() {
		w.Exec("ROLLBACK")
	}
	return err
}

// usable is called with the lock held.
func (w *Writer) usable() error {
	if w.closed {
		return errClosed
	}
	return w.refusal
}

// CheckpointPassive copies as much of the log into the database file as it can
// without waiting for readers. If it copies all of the log, the next commit
// writes the log from its beginning.
func (w *Writer) CheckpointPassive() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	return w.Each(ignoreRow, "PRAGMA wal_checkpoint(PASSIVE)")
}

// CheckpointTruncate copies the log into the database file, syncs the file, and
// empties the log. It waits for readers up to the busy timeout; if another program
// still reads an older snapshot then, part of the log is left.
func (w *Writer) CheckpointTruncate() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	return w.Each(ignoreRow, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// SetAutoCheckpoint makes a commit copy the log into the database file if the log
// has that many pages.
func (w *Writer) SetAutoCheckpoint(pages int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	_, err := w.conn.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", pages), nil)
	return err
}

// SetMaxPages makes SQLite report a full disk if the database file would need more
// pages. Tests use it.
func (w *Writer) SetMaxPages(pages int64) error {
	_, err := w.conn.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil)
	return err
}

// Close closes the connection. Every later transaction fails.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		return nil
	}
	w.closed = true
	for _, s := range w.statements {
		s.Close()
	}
	return w.conn.Close()
}
