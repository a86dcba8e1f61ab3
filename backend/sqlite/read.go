package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"signalbox/backend/live"
)

// First returns the number of the oldest message kept, Last+1 where none is.
func (db *DB) First(ctx context.Context) (int64, error) {
	// Before the query: a message committed in between must not be jumped over.
	none := db.last.Load() + 1
	var first sql.NullInt64
	err := db.read.QueryRowContext(ctx, "SELECT min(number) FROM messages").Scan(&first)
	if isDamage(err) {
		// The damage belongs to what is kept: a reader has to be told of it.
		err := db.read.QueryRowContext(ctx, "SELECT 1 + ifnull(min(trimmed_through), 0) FROM sources WHERE kept > 0").Scan(&first.Int64)
		return first.Int64, explain(err)
	}
	if err != nil {
		return 0, explain(fmt.Errorf("find the oldest message: %w", err))
	}
	if !first.Valid {
		return none, nil
	}
	return first.Int64, nil
}

// Read returns messages of those sources (all where none is named) with
// after < number <= through, in order, and the number up to which that is
// all of them. For many sources it looks for a bounded time, and may find none
// although there are some behind that number. What is damaged ends it too; if
// nothing could be read before, the error is a live.Damage.
func (db *DB) Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error) {
	p := &batch{db: db, sources: sources, limit: limit, left: maxBytes, through: through}
	var err error
	if len(sources) <= merged {
		// It is short, and what could be interrupted costs more for each row.
		err = p.read(context.WithoutCancel(ctx), after, through)
	} else {
		err = p.scan(ctx, after, through)
	}
	if isDamage(err) {
		err = p.around(ctx, after, through, err)
	}
	if err != nil {
		return nil, after, explain(fmt.Errorf("read messages: %w", err))
	}
	return p.messages, p.through, nil
}

// Find returns the numbers of the messages that clients know by that id, one
// for each of those sources (all where none is named) that has one, oldest
// first. A message that was trimmed is found for as long as its id is
// remembered.
func (db *DB) Find(ctx context.Context, sources []int64, id string) ([]int64, error) {
	var q query
	q.add("SELECT number FROM ids WHERE id = ?", id)
	if len(sources) > 0 {
		q.add(" AND source IN (")
		q.list(sources)
		q.add(")")
	}
	q.add(" ORDER BY number")
	rows, err := db.stream.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, explain(fmt.Errorf("find an id: %w", err))
	}
	defer rows.Close()
	var numbers []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("find an id: %w", err)
		}
		numbers = append(numbers, n)
	}
	return numbers, explain(rows.Err())
}

// Mark returns the mark of that name; its zero value where there is none.
func (db *DB) Mark(ctx context.Context, name string) (live.Mark, error) {
	m := live.Mark{Name: name}
	err := db.read.QueryRowContext(ctx, "SELECT number, text FROM marks WHERE name = ?", name).Scan(&m.Number, &m.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return live.Mark{}, nil
	}
	return m, explain(err)
}

// scan reads one row of columns and rare; size is the whole length of its data.
func scan(rows *sql.Rows) (m live.Message, size int, err error) {
	var received int64
	var retry sql.NullInt64
	var typ, id, data any
	var more sql.NullString
	err = rows.Scan(&m.Number, &m.Source, &received, &m.Kind, &m.Connection, &retry, &size, &typ, &id, &data, &more)
	if err != nil {
		return m, 0, fmt.Errorf("read a message: %w: %w", errUnsound, err)
	}
	m.Received = when(received)
	setRare(&m, more.String)
	if retry.Valid {
		m.Retry = &retry.Int64
	}
	var cut [2]bool
	m.Type, cut[0] = preview(typ)
	m.ID, cut[1] = preview(id)
	m.Cut = cut[0] || cut[1]
	m.Data, _ = preview(data)
	return m, size, nil
}

// preview returns a text of a page, and whether it is cut.
func preview(v any) (text string, cut bool) {
	switch v := v.(type) {
	case string:
		return v, false
	case []byte: // cut at any byte
		return string(wholeRunes(v)), true
	}
	return "", false
}
