package database

import (
	"strings"

	"signalbox/backend/sqlite/conn"
)

const (
	// checkSetting is the setting that CheckWrite writes.
	checkSetting = "check"
	// checkBytes is the size of the test write. On a full disk the log may still
	// have room for a page or two.
	checkBytes = 256 << 10
)

// CheckFiles returns an error if the database or its log was moved or replaced,
// or cannot be written. It does not write.
func (f *File) CheckFiles() error {
	switch {
	case f.Writer.Refusal() != nil:
		return f.Writer.Refusal()
	case f.full.Load():
		return conn.DiskFull(nil)
	}
	return f.files.check()
}

// CheckWrite writes a setting, syncs and deletes it again, and returns the error
// of that. After a full disk it first makes the reserve again.
func (f *File) CheckWrite() error {
	if err := f.Writer.Refusal(); err != nil {
		return err
	}
	if err := f.files.check(); err != nil {
		return err
	}
	if f.full.Load() {
		if err := f.restoreReserve(); err != nil {
			return conn.UserError(err)
		}
	}
	err := conn.UserError(f.Writer.Tx(func() error {
		// SQLite does not write a page whose content stays the same. This counter
		// changes one at each check.
		if _, err := f.Writer.Exec("UPDATE about SET checked = checked + 1"); err != nil {
			return err
		}
		n := min(checkBytes, f.reserve.Size()/8)
		_, err := f.Writer.Exec(PutSetting, checkSetting, strings.Repeat("x", int(n)))
		return err
	}))
	if conn.IsFull(err) {
		f.full.Store(false)
		f.ReleaseReserve()
	}
	if err != nil {
		return err
	}
	f.full.Store(false)
	return f.Change("DELETE FROM settings WHERE name = ?", checkSetting)
}
