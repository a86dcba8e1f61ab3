package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// A writer is the one connection that changes the database. It is the
// driver's own connection, not one of database/sql: there the pool's locks,
// a context watcher and the conversion of each argument cost more than the
// insert of a small message.
type writer struct {
	mu    sync.Mutex
	conn  *sqlite3.SQLiteConn
	stmts map[string]*sqlite3.SQLiteStmt
	args  arguments // reused
	// repeating are sources that have used an id again of late, and for how many
	// messages with new ids they count as such: a group of theirs would be
	// written for nothing.
	repeating map[int64]int
	sized     int64        // up to this number messages are counted with their data alone
	guard     func() error // asked before each commit, where it is not nil
	refusal   error        // of everything, where the history can only be read
	memory    memory
	closed    bool
}

var errClosed = errors.New("the history is closed")

func newWriter(conn *sqlite3.SQLiteConn) *writer {
	return &writer{conn: conn, memory: usualMemory, stmts: make(map[string]*sqlite3.SQLiteStmt), repeating: make(map[int64]int)}
}

// tx runs fn in a transaction of its own; nobody else writes meanwhile.
func (w *writer) tx(fn func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.locked(fn)
}

// unsynced is tx without the sync of its commit: the next one of tx syncs both.
func (w *writer) unsynced(fn func() error) (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	if w.refusal != nil {
		return w.refusal
	}
	// Not prepared: SQLite does what they say while it compiles them.
	if _, err := w.conn.Exec("PRAGMA synchronous = NORMAL", nil); err != nil {
		return err
	}
	defer func() {
		if _, e := w.conn.Exec("PRAGMA synchronous = FULL", nil); err == nil {
			err = e
		}
	}()
	return w.locked(fn)
}

func (w *writer) locked(fn func() error) error {
	if w.closed {
		return errClosed
	}
	if w.refusal != nil {
		return w.refusal
	}
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn()
	if err == nil && w.guard != nil {
		err = w.guard()
	}
	if err == nil {
		_, err = w.exec("COMMIT")
	}
	// Some errors (a full disk among them) have rolled back already, and a
	// second ROLLBACK would hide them.
	if err != nil && !w.conn.AutoCommit() {
		w.exec("ROLLBACK")
	}
	return err
}

// prepare returns the statement, prepared at its first use and then kept.
func (w *writer) prepare(query string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s.(*sqlite3.SQLiteStmt)
	return w.stmts[query], nil
}

// exec runs a statement that returns no rows. Only within tx.
func (w *writer) exec(query string, args ...driver.Value) (driver.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args)
}

// execNamed is exec without the copy of the arguments.
func (w *writer) execNamed(query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args)
}

// each calls row with every row of a query. Only within tx.
func (w *writer) each(row func([]driver.Value), query string, args ...driver.Value) error {
	return w.until(func(v []driver.Value) bool { row(v); return true }, query, args...)
}

// until is each, and ends early where row returns false.
func (w *writer) until(row func([]driver.Value) bool, query string, args ...driver.Value) error {
	s, err := w.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.Query(args)
	if err != nil {
		return err
	}
	defer rows.Close()
	dest := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(dest); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case !row(dest):
			return nil
		}
	}
}

// copyLog copies the log into the database file as far as no reader needs it,
// and waits for nobody.
func (w *writer) copyLog() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	return w.each(func([]driver.Value) {}, "PRAGMA wal_checkpoint(PASSIVE)")
}

// checkpoint copies the log into the database file, syncs it, and empties the
// log. Where another program still reads an old snapshot after the usual
// time-out, it has done as much as it could.
func (w *writer) checkpoint() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.each(func([]driver.Value) {}, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// backfill copies as much of the log into the database file as can be without
// waiting for anybody. Where all of it could be, the log begins anew.
func (w *writer) backfill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed && w.refusal == nil {
		// An error is met again by whoever writes next.
		_ = w.each(func([]driver.Value) {}, "PRAGMA wal_checkpoint(PASSIVE)")
	}
}

// copyEvery makes each commit copy the log into the database file that finds so
// many pages in it.
func (w *writer) copyEvery(pages int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	_, err := w.conn.Exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", pages), nil)
	return err
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		return nil
	}
	w.closed = true
	for _, s := range w.stmts {
		s.Close()
	}
	return w.conn.Close()
}
