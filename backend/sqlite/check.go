package sqlite

import (
	"context"
	"strings"
)

// checkSetting is the setting that Check writes.
const checkSetting = "check"

// checkBytes is how much Check writes. A log can have room for a page or two
// on a disk that is full for every message.
const checkBytes = 256 << 10

// Look says, without writing, whether the database is still where it was
// opened.
func (db *DB) Look(context.Context) error { return db.place.check() }

// Check writes and syncs something, and takes it away again, to see whether
// writing works. SQLite writes no page whose content stays the same, so it must
// be something that was not there.
func (db *DB) Check(context.Context) error {
	err := db.change(putSetting, checkSetting, strings.Repeat("x", checkBytes))
	if err != nil {
		return err
	}
	return db.change("DELETE FROM settings WHERE name = ?", checkSetting)
}
