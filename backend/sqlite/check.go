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
// opened, and can be written.
func (db *DB) Look(context.Context) error {
	switch {
	case db.write.refusal != nil:
		return db.write.refusal
	case db.full.Load():
		return diskFull(nil)
	}
	return db.place.check()
}

// Check writes and syncs something, and takes it away again, to see whether
// writing works. SQLite writes no page whose content stays the same, so a
// number grows each time. After a full disk it first makes the reserve again.
func (db *DB) Check(ctx context.Context) error {
	if db.write.refusal != nil {
		return db.write.refusal
	}
	if err := db.place.check(); err != nil {
		return err
	}
	if db.full.Load() {
		if err := db.makeRoom(); err != nil {
			return explain(err)
		}
	}
	err := explain(db.write.tx(func() error {
		if _, err := db.write.exec("UPDATE about SET checked = checked + 1"); err != nil {
			return err
		}
		n := min(checkBytes, db.reserve.size/8)
		_, err := db.write.exec(putSetting, checkSetting, strings.Repeat("x", int(n)))
		return err
	}))
	if isFull(err) {
		db.full.Store(false)
		db.giveUp()
	}
	if err != nil {
		return err
	}
	db.full.Store(false)
	return db.change("DELETE FROM settings WHERE name = ?", checkSetting)
}
