package database

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"signalbox/backend/disk"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// largeBatch is the size of a batch, in bytes, from which CheckRoom requires free
// space: the log grows by the batch, and later the database file does too.
const largeBatch = 1 << 20

// autoCheckpoint returns the number of pages of the log after which they are
// copied into the database file. The log then has at least that much space when
// the reserve is released.
func (f *File) autoCheckpoint() int64 { return max(16, min(1000, f.reserve.Size()/4/4096)) }

// isNoRoom reports whether opening the history failed because the disk is full. If
// SQLite's error does not include the reason, isNoRoom tries to write a file.
func isNoRoom(dir string, err error) bool {
	if err == nil || conn.IsFull(err) {
		return err != nil
	}
	if e, ok := errors.AsType[*live.Error](conn.OpenError(err)); !ok || e.Code != "disk_error" && e.Code != "cannot_open" {
		return false
	}
	f, err := os.CreateTemp(dir, ".signalbox-*")
	if err != nil {
		return disk.IsFull(err)
	}
	defer os.Remove(f.Name())
	return disk.IsFull(errors.Join(disk.Allocate(f, 64<<10), f.Close()))
}

// IsFull reports whether the reserve was released and is not yet made again.
func (f *File) IsFull() bool { return f.full.Load() }

// CheckRoom returns an error if the disk has no room for a batch of that many
// bytes.
func (f *File) CheckRoom(bytes int) error {
	if f.full.Load() {
		return conn.DiskFull(nil)
	}
	if int64(bytes) < min(largeBatch, f.reserve.Size()/4) {
		return nil
	}
	if free, _, ok := disk.Space(filepath.Dir(f.files.path)); ok && free < 3*int64(bytes) {
		return conn.DiskFull(nil)
	}
	return nil
}

// ReleaseReserve releases the reserve, and reports whether it existed until now.
// It copies the log into the database file, which the free space allows; the log
// then restarts in the space that it has.
func (f *File) ReleaseReserve() bool {
	if f.full.Swap(true) {
		return false
	}
	f.trimmed.Store(false)
	f.reserve.Release()
	_ = f.Writer.CheckpointPassive() // the next write returns its error again
	return true
}

// TxWithReserve runs a transaction that must also succeed on a full disk, such as
// one that deletes messages or saves settings. If the disk is full, it releases
// the reserve and calls fn a second time.
func (f *File) TxWithReserve(fn func() error) error {
	return f.WithReserve(func() error { return f.Writer.Tx(fn) })
}

// WithReserve is TxWithReserve for an fn that begins the transaction itself.
func (f *File) WithReserve(fn func() error) error {
	err := fn()
	if conn.IsFull(err) && f.ReleaseReserve() {
		err = fn()
	}
	if f.full.Load() {
		// The log then restarts in the space that it has.
		_ = f.Writer.CheckpointPassive()
	}
	return err
}

// Change runs one statement in a transaction of its own. It also works on a full
// disk.
func (f *File) Change(query string, args ...driver.Value) error {
	return conn.UserError(f.TxWithReserve(func() error {
		_, err := f.Writer.Exec(query, args...)
		return err
	}))
}

// SetTrimmed records that messages were deleted. restoreReserve may then make a
// smaller reserve.
func (f *File) SetTrimmed() { f.trimmed.Store(true) }

// restoreReserve returns free pages of the database to the disk, a few at a time,
// until there is room for the reserve. If there are no more free pages and
// messages were deleted since the disk was full, it makes a smaller reserve: a
// small history may have no more to delete. Without a deletion, the smaller
// reserve would only occupy the space that its release has just freed.
func (f *File) restoreReserve() error {
	for step := max(1, f.autoCheckpoint()/4); ; {
		made := f.reserve.Make()
		if !conn.IsFull(made) {
			// Other errors do not matter: the history works without a reserve.
			return f.Writer.SetAutoCheckpoint(f.autoCheckpoint())
		}
		before, after, err := f.shrink(step)
		_ = f.Writer.CheckpointPassive()
		switch {
		case conn.IsFull(err) && step > 1:
			step = max(1, step/4) // the changed pages must fit into the log's space
		case err != nil:
			return err
		case after >= before && f.trimmed.Load() && f.reserve.MakeSmaller():
			return f.Writer.SetAutoCheckpoint(f.autoCheckpoint())
		case after >= before:
			return made
		}
	}
}

// shrink returns up to that many free pages to the disk. Its results are the
// numbers of free pages before and after.
func (f *File) shrink(pages int64) (before, after int64, err error) {
	w := f.Writer
	err = w.Tx(func() (err error) {
		if before, err = w.Int64("PRAGMA freelist_count"); err != nil {
			return err
		}
		if before > 0 {
			err = w.Each(func([]driver.Value) {}, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages))
		}
		if err == nil {
			after, err = w.Int64("PRAGMA freelist_count")
		}
		return err
	})
	return before, after, err
}
