package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"signalbox/backend/live"
)

// Sources returns all sources and their tallies, removed ones included.
func (db *DB) Sources(ctx context.Context) ([]live.Source, map[int64]live.Tally, error) {
	rows, err := db.read.QueryContext(ctx, `SELECT id, name, kind, colour, created, removed,
		appended, kept, bytes, last, last_at, seen, keep_messages, keep_bytes, keep_age FROM sources ORDER BY id`)
	if err != nil {
		return nil, nil, explain(fmt.Errorf("read the sources: %w", err))
	}
	defer rows.Close()
	var list []live.Source
	tallies := make(map[int64]live.Tally)
	for rows.Next() {
		var s live.Source
		var t live.Tally
		var created, removed, lastAt, age int64
		if err := rows.Scan(&s.ID, &s.Name, &s.Kind, &s.Colour, &created, &removed,
			&t.Appended, &t.Kept, &t.Bytes, &t.Last, &lastAt, &t.Seen,
			&s.Keep.Messages, &s.Keep.Bytes, &age); err != nil {
			return nil, nil, fmt.Errorf("read the sources: %w", err)
		}
		s.Created, s.Removed, t.LastAt = when(created), when(removed), when(lastAt)
		s.Keep.Age = time.Duration(age) * time.Microsecond
		list = append(list, s)
		tallies[s.ID] = t
	}
	return list, tallies, explain(rows.Err())
}

// PutSource adds a source (ID 0) or changes one, and returns it with its id.
func (db *DB) PutSource(_ context.Context, s live.Source) (live.Source, error) {
	err := db.important(func() error {
		return db.write.tx(func() error {
			if s.ID != 0 {
				_, err := db.write.exec(`UPDATE sources SET name = ?, kind = ?, colour = ?, created = ?, removed = ?,
				keep_messages = ?, keep_bytes = ?, keep_age = ? WHERE id = ?`,
					s.Name, string(s.Kind), int64(s.Colour), micro(s.Created), micro(s.Removed),
					s.Keep.Messages, s.Keep.Bytes, s.Keep.Age.Microseconds(), s.ID)
				return err
			}
			r, err := db.write.exec(`INSERT INTO sources (name, kind, colour, created, removed, keep_messages, keep_bytes, keep_age)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, s.Name, string(s.Kind), int64(s.Colour), micro(s.Created), micro(s.Removed),
				s.Keep.Messages, s.Keep.Bytes, s.Keep.Age.Microseconds())
			if err == nil {
				s.ID, err = r.LastInsertId()
			}
			return err
		})
	})
	return s, explain(err)
}

// DeleteSource forgets a source whose messages are gone, with its feed and attempts.
func (db *DB) DeleteSource(_ context.Context, id int64) error {
	return db.change("DELETE FROM sources WHERE id = ?", id)
}

// PutSeen saves how many of the source's messages the user has seen.
func (db *DB) PutSeen(_ context.Context, source, seen int64) error {
	return db.change("UPDATE sources SET seen = ? WHERE id = ?", seen, source)
}

// change runs one statement in a transaction of its own.
func (db *DB) change(query string, args ...driver.Value) error {
	return explain(db.important(func() error {
		return db.write.tx(func() error {
			_, err := db.write.exec(query, args...)
			return err
		})
	}))
}
