package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const putSetting = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

// Setting returns the setting of that name, and whether it was ever put.
func (db *DB) Setting(ctx context.Context, name string) (string, bool, error) {
	var value string
	err := db.read.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, explain(fmt.Errorf("read the setting %s: %w", name, err))
	}
	return value, true, nil
}

// PutSetting saves a setting.
func (db *DB) PutSetting(_ context.Context, name, value string) error {
	return db.change(putSetting, name, value)
}
