package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// Mark returns the mark of that name, or the zero Mark if there is none.
func (db *DB) Mark(ctx context.Context, name string) (live.Mark, error) {
	m := live.Mark{Name: name}
	err := db.file.Screens.QueryRowContext(ctx, "SELECT number, text FROM marks WHERE name = ?", name).Scan(&m.Number, &m.Text)
	if errors.Is(err, sql.ErrNoRows) {
		return live.Mark{}, nil
	}
	return m, conn.UserError(err)
}

// putMarks saves marks in the transaction that stores ms.
func (db *DB) putMarks(marks []live.Mark, ms []live.Message) error {
	for _, m := range marks {
		if m.Ended {
			if _, err := db.file.Writer.Exec("DELETE FROM marks WHERE name = ?", m.Name); err != nil {
				return err
			}
			continue
		}
		if m.Number < 0 {
			m.Number = ms[-m.Number-1].Number
		}
		_, err := db.file.Writer.Exec(`INSERT INTO marks (name, number, text) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET number = excluded.number, text = excluded.text`, m.Name, m.Number, m.Text)
		if err != nil {
			return err
		}
	}
	return nil
}
