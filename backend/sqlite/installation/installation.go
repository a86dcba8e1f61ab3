package installation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
)

// A Store stores the feeds, attempts and settings of this installation. Its methods
// may be called from any goroutine until the file is closed.
type Store struct{ file *database.File }

// New returns the Store in a file.
func New(file *database.File) *Store { return &Store{file} }

// Setting returns the setting of that name, and whether it was ever saved.
func (s *Store) Setting(ctx context.Context, name string) (string, bool, error) {
	var value string
	err := s.file.Screens.QueryRowContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, conn.UserError(fmt.Errorf("read the setting %s: %w", name, err))
	}
	return value, true, nil
}

// PutSetting saves a setting.
func (s *Store) PutSetting(_ context.Context, name, value string) error {
	return s.file.Change(database.PutSetting, name, value)
}
