package sqlite

import (
	"errors"
	"io/fs"
	"syscall"

	"signalbox/backend/live"

	"github.com/mattn/go-sqlite3"
)

// explain turns the driver's errors into ones that a user understands. An
// error with the code "refused" is about the messages or settings themselves;
// every other one is a fault of the store, and the same write may work later.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e
	}
	if d, ok := errors.AsType[*live.Damage](err); ok {
		return d
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return readOnly(err)
	}
	if errors.Is(err, syscall.ENOSPC) {
		return diskFull(err)
	}
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return diskFull(err)
	case sqlite3.ErrReadonly, sqlite3.ErrPerm:
		return readOnly(err)
	case sqlite3.ErrCantOpen:
		if e.SystemErrno == syscall.EACCES || e.SystemErrno == syscall.EROFS {
			return readOnly(err)
		}
		return notOpened(err)
	case sqlite3.ErrNotADB:
		return live.Errorf("bad_database", "The file signalbox.db is not a database.").
			WithHint("It was left as it is. Move it away, or start with another folder by --data.").WithCause(err)
	case sqlite3.ErrCorrupt:
		return live.Errorf("bad_database", "The history is damaged.").
			WithHint(damageHint).WithCause(err)
	case sqlite3.ErrIoErr:
		if e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT {
			return diskFull(err)
		}
		return live.Errorf("disk_error", "The disk reported an error while the history was read or written.").
			WithHint("Look whether the disk is still there and healthy.").WithCause(err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return live.Errorf("busy", "Another program keeps the history locked.").
			WithHint("Close whatever else has signalbox.db open.").WithCause(err)
	case sqlite3.ErrConstraint, sqlite3.ErrTooBig, sqlite3.ErrMismatch:
		return live.Errorf("refused", "The history refused this: %s.", e.Error()).WithCause(err)
	}
	return live.Errorf("store_fault", "The history could not be read or written: %s.", e.Error()).WithCause(err)
}

const damageHint = "Close Signalbox, keep a copy of signalbox.db, and save what can be read with: sqlite3 signalbox.db .recover"

// cannotOpen is explain for Open, where every error becomes a sentence.
func cannotOpen(err error) error {
	err = explain(err)
	if _, ok := errors.AsType[*live.Error](err); !ok {
		err = notOpened(err)
	}
	return err
}

func notOpened(err error) error {
	return live.Errorf("cannot_open", "The history cannot be opened.").
		WithHint("Look whether its folder and the file signalbox.db in it can be read and written.").WithCause(err)
}

func diskFull(err error) error {
	return live.Errorf("disk_full", "The disk is full, so nothing more can be kept.").
		WithHint("Free some space, or keep less history in the settings. Publishing then goes on by itself.").WithCause(err)
}

func readOnly(err error) error {
	return live.Errorf("read_only", "The history cannot be written: its folder or file is read-only.").
		WithHint("Allow writing to it, or start with another folder by --data.").WithCause(err)
}
