package conn

import (
	"errors"

	"signalbox/backend/disk"
	"signalbox/backend/live"

	"github.com/mattn/go-sqlite3"
)

// ErrBadRow is the error of a row that SQLite reads without an error but that
// Signalbox cannot have written.
var ErrBadRow error = sqlite3.Error{Code: sqlite3.ErrCorrupt}

// IsCorrupt reports whether a part of the file is damaged. An I/O error of the
// disk does not count: the disk may be readable later.
func IsCorrupt(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && e.Code == sqlite3.ErrCorrupt
}

// IsFull reports whether a write failed because the disk is full.
func IsFull(err error) bool {
	return err != nil && errors.Is(UserError(err), &live.Error{Code: "disk_full"})
}

// UserError turns an error of SQLite or of the disk into a live.Error with a
// sentence and a hint. If err wraps a live.Error or live.Damage, UserError
// returns that; it returns any other error unchanged. The code "refused" is about
// the messages or settings that were written; with every other code the same
// write may succeed later.
func UserError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	if d, ok := errors.AsType[*live.Damage](err); ok {
		return d
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return userError(e, err)
	}
	switch {
	case disk.IsReadOnly(err):
		return readOnly(err)
	case disk.IsFull(err):
		return DiskFull(err)
	case disk.IsLocked(err):
		return locked(err)
	}
	return err
}

func userError(e sqlite3.Error, err error) error {
	system := e.SystemErrno
	switch e.Code {
	case sqlite3.ErrFull:
		return DiskFull(err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return readOnly(err)
	case sqlite3.ErrCantOpen:
		switch {
		case disk.IsReadOnly(system):
			return readOnly(err)
		case disk.IsLocked(system):
			return locked(err)
		}
		return cannotOpen(err)
	case sqlite3.ErrNotADB:
		return live.Errorf("bad_database/not_sqlite", "The file signalbox.db is not a database.").
			WithHint("It was left as it is. Move it away, or start with another folder by --data.").WithCause(err)
	case sqlite3.ErrCorrupt:
		return live.Errorf("bad_database/damaged", "The history is damaged.").
			WithHint(DamageHint).WithCause(err)
	case sqlite3.ErrIoErr:
		switch {
		case disk.IsFull(system):
			return DiskFull(err)
		case disk.IsLocked(system):
			return locked(err)
		}
		return live.Errorf("disk_error", "The disk reported an error while the history was read or written.").
			WithHint("Check that the disk is connected and healthy.").WithCause(err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return locked(err)
	case sqlite3.ErrConstraint, sqlite3.ErrTooBig, sqlite3.ErrMismatch:
		return live.Errorf("refused/store", "The history refused this: {cause}.", "cause", e).WithCause(err)
	}
	return live.Errorf("store_fault", "The history could not be read or written: {cause}.", "cause", e).WithCause(err)
}

// OpenError is UserError for an error of opening the history. It always returns a
// live.Error.
func OpenError(err error) error {
	err = UserError(err)
	if _, ok := errors.AsType[*live.Error](err); !ok {
		err = cannotOpen(err)
	}
	return err
}

// DamageHint is the hint for a damaged database.
const DamageHint = "Close Signalbox, keep a copy of signalbox.db, and save what can be read with: sqlite3 signalbox.db .recover"

// DiskFull returns the error of a full disk.
func DiskFull(cause error) error {
	return live.Errorf("disk_full", "The disk is full, so nothing more can be kept.").
		WithHint("Free some space, or keep less history in the settings. Publishing then goes on by itself.").WithCause(cause)
}

func readOnly(cause error) error {
	return live.Errorf("read_only", "The history cannot be written: its folder or file is read-only.").
		WithHint("Allow writing to it, or start with another folder by --data.").WithCause(cause)
}

func cannotOpen(cause error) error {
	return live.Errorf("cannot_open", "The history cannot be opened.").
		WithHint("Check that its folder and the file signalbox.db in it can be read and written.").WithCause(cause)
}

func locked(cause error) error {
	return live.Errorf("busy", "Another program keeps the history locked.").
		WithHint("Close whatever else has signalbox.db open.").WithCause(cause)
}
