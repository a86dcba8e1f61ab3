package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strconv"
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

// filled are columns as fill wants them: as few as can be, because each costs
// its fetch. What most messages have not shares one column that is NULL then,
// the standard's own type is NULL, and the size is that of the data.
const filled = `number, source, received, connection,
	CASE WHEN kind = 0 AND retry IS NULL AND again IS NULL AND origin IS NULL THEN NULL
		ELSE kind || ' ' || ifnull(retry, '') || ' ' || ifnull(again, '') || ' ' || ifnull(origin, '') END,
	nullif(type, 'message'), id, data`

// fill fills a message from the columns of its row, and returns the length of
// its data. The table is STRICT, so each column has its type; where one has
// not, the file was damaged, and it reports false.
func fill(m *live.Message, row []driver.Value) (size int, sound bool) {
	var ok [4]bool
	var received int64
	m.Number, ok[0] = row[0].(int64)
	m.Source, ok[1] = row[1].(int64)
	received, ok[2] = row[2].(int64)
	m.Connection, ok[3] = row[3].(int64)
	if ok != [4]bool{true, true, true, true} {
		return 0, false
	}
	m.Received = when(received)
	if text, ok := row[4].(string); ok && !fillRare(m, text) {
		return 0, false
	}
	var other bool
	if m.Type, other = row[5].(string); !other {
		m.Type = "message"
	}
	m.ID, _ = row[6].(string)
	m.Data, _ = row[7].(string)
	return m.Size(), true
}

// fillRare fills in what few messages have.
func fillRare(m *live.Message, text string) (sound bool) {
	part := strings.SplitN(text, " ", 4)
	kind, err := strconv.ParseInt(part[0], 10, 8)
	if err != nil || kind < 0 || kind > int64(live.NoteKind) || len(part) != 4 {
		return false
	}
	m.Kind, m.Again, m.Origin = live.Kind(kind), part[2] != "", part[3]
	if part[1] != "" {
		retry, err := strconv.ParseInt(part[1], 10, 64)
		if err != nil {
			return false
		}
		m.Retry = &retry
	}
	return true
}
