package database

import (
	"strings"

	"signalbox/backend/sqlite/conn"
)

const (
	// checkSetting is the setting that Check writes.
	checkSetting = "check"
	// checkBytes is how much Check writes. On a full disk the log may still have
	// room for a page or two.
	checkBytes = 256 << 10
)

// Look returns an error if the file cannot be written, as far as that can be
// seen without writing.
func (f *File) Look() error {
	switch {
	case f.Writer.Refusal() != nil:
		return f.Writer.Refusal()
	case f.full.Load():
		return conn.DiskFull(nil)
	}
	return f.files.check()
}

// Check writes and syncs something and deletes it again, to see whether writing
// works. After a full disk it first makes the reserve again.
func (f *File) Check() error {
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
		// SQLite does not write a page whose content stays the same, so this
		// number grows with each check.
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
