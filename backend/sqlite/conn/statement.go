package conn

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// prepare returns the statement of a query. It is prepared once and kept until
// Close.
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

// ExecNamed is Exec for arguments that exist as Args, without a copy of them.
func (w *Writer) ExecNamed(query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args)
}

// ExecScript runs several statements that are needed once, such as a migration.
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

// Rows calls row with the columns of each row of a query, until it returns
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

// Int64 returns the one number that a query selects, 0 if it selects none.
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

// GroupSizes are the numbers of rows that one INSERT takes, the largest first.
// Most of the price of a small row is the statement around it. Few sizes keep
// the number of prepared statements and of single rows at the end small.
var GroupSizes = [...]int{64, 16, 4, 1}

// A GroupInsert is one INSERT for each of the GroupSizes.
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

// InsertAll inserts n rows with as few statements as the GroupSizes allow. Bind
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

// Args are the arguments of a statement. They are reused from one statement to
// the next, so that none allocates.
type Args []driver.NamedValue

// Grow returns the first n arguments, with their values of the last statement.
func (a *Args) Grow(n int) []driver.NamedValue {
	for len(*a) < n {
		*a = append(*a, driver.NamedValue{Ordinal: len(*a) + 1})
	}
	return (*a)[:n]
}

// Clear drops the values. Otherwise their texts would stay in memory until the
// next batch overwrites them.
func (a Args) Clear() {
	for i := range a {
		a[i].Value = nil
	}
}
