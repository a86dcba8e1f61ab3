package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"

	"signalbox/backend/live"

	"github.com/mattn/go-sqlite3"
)

// raw calls row with the columns of each row of a query until it returns
// false. The connection is one of the streams' pool, but its rows are the driver's own:
// database/sql's locks and conversions would be a third of the price of
// reading a message.
func (db *DB) raw(ctx context.Context, q *query, row func([]driver.Value) bool) (err error) {
	conn, err := db.stream.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(c any) error {
		args := make([]driver.NamedValue, len(q.args))
		for i, a := range q.args {
			if n, ok := a.(int); ok {
				a = int64(n)
			}
			args[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
		}
		rows, err := c.(*sqlite3.SQLiteConn).QueryContext(ctx, q.text.String(), args)
		if err != nil {
			return err
		}
		defer rows.Close()
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
	})
}

// rare is what few messages have, in one column that is nearly always NULL: "!"
// for Again, and the origin behind it.
const rare = ", CASE WHEN again IS NULL THEN origin ELSE '!' || ifnull(origin, '') END"

// setRare takes the column rare into a message.
func setRare(m *live.Message, text string) {
	m.Origin, m.Again = strings.CutPrefix(text, "!")
}

// filled are columns as fill wants them. Most messages have the standard's own
// type, and a NULL costs less to fetch than a text.
var filled = strings.Replace(columns, " type,", " nullif(type, 'message'),", 1) + rare

// fill fills a message from the columns of its row, and returns the length of
// its data. The table is STRICT, so each column has its type; where one has
// not, the file was damaged, and it reports false.
func fill(m *live.Message, row []driver.Value) (size int, sound bool) {
	var ok [6]bool
	var received, kind, length int64
	m.Number, ok[0] = row[0].(int64)
	m.Source, ok[1] = row[1].(int64)
	received, ok[2] = row[2].(int64)
	kind, ok[3] = row[3].(int64)
	m.Connection, ok[4] = row[4].(int64)
	length, ok[5] = row[6].(int64)
	if ok != [6]bool{true, true, true, true, true, true} || kind < 0 || kind > int64(live.NoteKind) {
		return 0, false
	}
	m.Received, m.Kind = when(received), live.Kind(kind)
	if retry, ok := row[5].(int64); ok {
		m.Retry = &retry
	}
	var other bool
	if m.Type, other = row[7].(string); !other {
		m.Type = "message"
	}
	m.ID, _ = row[8].(string)
	m.Data, _ = row[9].(string)
	if text, ok := row[10].(string); ok {
		setRare(m, text)
	}
	return int(length), true
}
