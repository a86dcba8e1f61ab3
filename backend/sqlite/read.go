package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"signalbox/backend/live"
)

// merged is up to how many sources are read each from its own index and
// merged. Beyond it a walk through all messages costs less than the merge.
const merged = 16

// First returns the number of the oldest message kept, Last+1 where none is.
func (db *DB) First(ctx context.Context) (int64, error) {
	// Before the query: a message committed in between must not be jumped over.
	none := db.last.Load() + 1
	var first sql.NullInt64
	err := db.read.QueryRowContext(ctx, "SELECT min(number) FROM messages").Scan(&first)
	if err != nil {
		return 0, explain(fmt.Errorf("find the oldest message: %w", err))
	}
	if !first.Valid {
		return none, nil
	}
	return first.Int64, nil
}

// Trimmed returns the newest number that was ever trimmed for age or size,
// and the number from which on none is missing but those.
func (db *DB) Trimmed(ctx context.Context) (through, dense int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT trimmed, dense FROM about").Scan(&through, &dense)
	return through, dense, explain(err)
}

// Read returns messages of those sources (all where none is named) with
// after < number <= through, in order, and the number up to which that is
// all of them.
func (db *DB) Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error) {
	var q query
	q.add("SELECT " + filled + " FROM messages WHERE ")
	if len(sources) == 1 {
		// Without the hint SQLite walks all sources' messages between the two.
		q.text.Reset()
		q.add("SELECT "+filled+" FROM messages INDEXED BY message_source WHERE source = ? AND number > ? AND number <= ?",
			sources[0], after, through)
	} else if len(sources) == 0 || len(sources) > merged {
		q.add("number > ? AND number <= ?", after, through)
		q.sources(sources)
	} else {
		q.add("number IN (")
		q.numbers(sources, after, through, false, limit)
		q.add(")")
	}
	q.add(" ORDER BY number LIMIT ?", limit)
	if len(sources) <= merged {
		// It is short, and what could be interrupted costs more for each row.
		ctx = context.WithoutCancel(ctx)
	}
	var ms []live.Message
	err := db.raw(ctx, &q, func(row []driver.Value) bool {
		switch len(ms) {
		case 0:
			ms = make([]live.Message, 0, min(limit, 64))
		case 64:
			ms = slices.Grow(ms, limit-64) // many will come
		}
		ms = append(ms, live.Message{})
		m := &ms[len(ms)-1]
		maxBytes -= fill(m, row)
		if len(ms) == limit || maxBytes <= 0 {
			through = m.Number
			return false
		}
		return true
	})
	if err != nil {
		return nil, after, explain(fmt.Errorf("read messages: %w", err))
	}
	return ms, through, nil
}

// Find returns the numbers of the newest messages with that event id, two at most.
func (db *DB) Find(ctx context.Context, sources []int64, id string) ([]int64, error) {
	var q query
	q.add("SELECT number FROM messages WHERE id = ?", id)
	if len(sources) > 0 {
		q.add(" AND source IN (")
		q.list(sources)
		q.add(")")
	}
	q.add(" ORDER BY number DESC LIMIT 2")
	rows, err := db.read.QueryContext(ctx, q.text.String(), q.args...)
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

// scan reads one row of columns; size is the whole length of its data.
func scan(rows *sql.Rows) (m live.Message, size int, err error) {
	var received int64
	var retry sql.NullInt64
	var id sql.NullString
	var data any
	err = rows.Scan(&m.Number, &m.Source, &received, &m.Kind, &m.Connection, &retry, &size, &m.Type, &id, &data)
	if err != nil {
		return m, 0, fmt.Errorf("read a message: %w", err)
	}
	m.Received, m.ID = when(received), id.String
	if retry.Valid {
		m.Retry = &retry.Int64
	}
	switch d := data.(type) {
	case string:
		m.Data = d
	case []byte: // a preview, cut at any byte
		m.Data = string(wholeRunes(d))
	}
	return m, size, nil
}
