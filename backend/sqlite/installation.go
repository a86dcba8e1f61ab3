package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const putSetting = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

// An Installation is what this Signalbox keeps for itself: feeds, the record of
// their attempts, settings, the token, and what the window remembers. It is no
// part of the journal, although one file holds both so that one lock and one
// copy are enough: another Signalbox may share a journal and never this.
type Installation struct{ db *DB }

// Installation returns what this installation keeps beside the journal. Its
// methods may be called by anybody until the DB is closed.
func (db *DB) Installation() *Installation { return &Installation{db} }

// Setting returns the setting of that name, and whether it was ever put.
func (in *Installation) Setting(ctx context.Context, name string) (string, bool, error) {
	var value string
	err := in.db.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, explain(fmt.Errorf("read the setting %s: %w", name, err))
	}
	return value, true, nil
}

// PutSetting saves a setting.
func (in *Installation) PutSetting(_ context.Context, name, value string) error {
	return in.db.change(putSetting, name, value)
}
