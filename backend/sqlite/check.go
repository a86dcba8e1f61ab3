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
// writing works. SQLite writes no page whose content stays the same, so a
// number grows each time.
func (db *DB) Check(context.Context) error {
	err := explain(db.write.tx(func() error {
		if _, err := db.write.exec("UPDATE about SET checked = checked + 1"); err != nil {
			return err
		}
		_, err := db.write.exec(putSetting, checkSetting, strings.Repeat("x", checkBytes))
		return err
	}))
	if err != nil {
		return err
	}
	return db.change("DELETE FROM settings WHERE name = ?", checkSetting)
}
