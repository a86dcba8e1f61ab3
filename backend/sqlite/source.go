package sqlite

import (
	"context"
	"fmt"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// Sources returns all sources and their tallies, removed ones included.
func (db *DB) Sources(ctx context.Context) ([]live.Source, map[int64]live.Tally, error) {
	rows, err := db.file.Screens.QueryContext(ctx, `SELECT id, name, kind, colour, created, removed,
		appended, kept, bytes, last, last_at, seen, keep_messages, keep_bytes, keep_age FROM sources ORDER BY id`)
	if err != nil {
		return nil, nil, conn.UserError(fmt.Errorf("read the sources: %w", err))
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
		s.Created, s.Removed, t.LastAt = conn.Time(created), conn.Time(removed), conn.Time(lastAt)
		s.Keep.Age = time.Duration(age) * time.Microsecond
		list = append(list, s)
		tallies[s.ID] = t
	}
	return list, tallies, conn.UserError(rows.Err())
}

// PutSource adds a source (ID 0) or changes one, and returns it with its id.
func (db *DB) PutSource(_ context.Context, s live.Source) (live.Source, error) {
	w := db.file.Writer
	err := db.file.TxWithReserve(func() error {
		if s.ID != 0 {
			_, err := w.Exec(`UPDATE sources SET name = ?, kind = ?, colour = ?, created = ?, removed = ?,
				keep_messages = ?, keep_bytes = ?, keep_age = ? WHERE id = ?`,
				s.Name, string(s.Kind), int64(s.Colour), conn.Micros(s.Created), conn.Micros(s.Removed),
				s.Keep.Messages, s.Keep.Bytes, s.Keep.Age.Microseconds(), s.ID)
			return err
		}
		r, err := w.Exec(`INSERT INTO sources (name, kind, colour, created, removed, keep_messages, keep_bytes, keep_age)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, s.Name, string(s.Kind), int64(s.Colour), conn.Micros(s.Created), conn.Micros(s.Removed),
			s.Keep.Messages, s.Keep.Bytes, s.Keep.Age.Microseconds())
		if err == nil {
			s.ID, err = r.LastInsertId()
		}
		return err
	})
	return s, conn.UserError(err)
}

// DeleteSource deletes a source that has no messages left, with its feed and
// attempts.
func (db *DB) DeleteSource(_ context.Context, id int64) error {
	return db.file.Change("DELETE FROM sources WHERE id = ?", id)
}

// PutSeen saves how many of the source's messages the user has seen.
func (db *DB) PutSeen(_ context.Context, source, seen int64) error {
	return db.file.Change("UPDATE sources SET seen = ? WHERE id = ?", seen, source)
}
