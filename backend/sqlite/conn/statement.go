package conn

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// prepare returns the prepared statement of a query. It prepares each query once
// and keeps the statement until Close.
func (w *Writer) prepare(query string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := w.statements[query]; ok {
		return s, nil
	}
	s, err := w.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	w.statements[query] = s.(*sqlite3.SQLiteStmt)
	return w.statements[query], nil
}

// Exec runs a statement that returns no rows.
func (w *Writer) Exec(query string, args ...driver.Value) (driver.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args)
}

// ExecNamed is Exec for arguments in an Args. It does not copy them.
func (w *Writer) ExecNamed(query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args)
}

// ExecScript runs several statements without preparing them, such as a migration.
func (w *Writer) ExecScript(script string) error {
	_, err := w.conn.Exec(script, nil)
	return err
}

// Changes runs a statement and reports whether it changed a row.
func (w *Writer) Changes(query string, args ...driver.Value) (bool, error) {
	r, err := w.Exec(query, args...)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// Rows calls row with the columns of each row of a query, until row returns
// false. The columns are valid until row returns.
func (w *Writer) Rows(row func([]driver.Value) (more bool), query string, args ...driver.Value) error {
	s, err := w.prepare(query)
	if err != nil {
		return err
	}
	rows, err := s.Query(args)
	if err != nil {
		return err
	}
	defer rows.Close()
	return readRows(rows, row)
}

// Each calls row with the columns of every row of a query.
func (w *Writer) Each(row func([]driver.Value), query string, args ...driver.Value) error {
	return w.Rows(func(v []driver.Value) bool { row(v); return true }, query, args...)
}

// Int64 returns the number that a query selects, or 0 if it selects none.
func (w *Writer) Int64(query string, args ...driver.Value) (n int64, err error) {
	err = w.Each(func(v []driver.Value) { n, _ = v[0].(int64) }, query, args...)
	return n, err
}

func ignoreRow([]driver.Value) {}

func readRows(rows driver.Rows, row func([]driver.Value) bool) error {
	values := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !row(values):
			return nil
		}
	}
}

// GroupSizes are the possible numbers of rows of one INSERT, the largest first. A
// small row costs less to write than its statement costs to run. A few sizes keep
// both the number of prepared statements and the number of single rows low.
var GroupSizes = [...]int{64, 16, 4, 1}

// A GroupInsert has one INSERT for each of the GroupSizes.
type GroupInsert [len(GroupSizes)]string

// NewGroupInsert returns the INSERTs into a table, such as "ABORT INTO marks
// (name, number)", with that many columns.
func NewGroupInsert(into string, columns int) (q GroupInsert) {
	row := "(" + strings.Repeat("?,", columns-1) + "?)"
	for i, n := range GroupSizes {
		q[i] = "INSERT OR " + into + " VALUES " + strings.Repeat(row+",", n-1) + row
	}
	return q
}

// InsertAll inserts n rows with as few statements as the GroupSizes allow. bind
// sets the values of row i.
func (w *Writer) InsertAll(q *GroupInsert, columns, n int, bind func(i int, args []driver.NamedValue)) error {
	defer w.args.Clear()
	size := 0
	for i := 0; i < n; {
		rows := GroupSizes[size]
		if rows > n-i {
			size++
			continue
		}
		args := w.args.Grow(rows * columns)
		for k := range rows {
			bind(i+k, args[k*columns:(k+1)*columns])
		}
		if _, err := w.ExecNamed(q[size], args); err != nil {
			return err
		}
		i += rows
	}
	return nil
}

// Args are the arguments of a statement. The next statement reuses them, so that
// it does not allocate.
type Args []driver.NamedValue

// Grow returns the first n arguments, which may still have the values of the last
// statement.
func (a *Args) Grow(n int) []driver.NamedValue {
	for len(*a) < n {
		*a = append(*a, driver.NamedValue{Ordinal: len(*a) + 1})
	}
	return (*a)[:n]
}

// Clear removes the values. Otherwise their texts would stay in memory until the
// next batch overwrites them.
func (a Args) Clear() {
	for i := range a {
		a[i].Value = nil
	}
}
