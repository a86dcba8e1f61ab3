package sqlite

import (
	"crypto/rand"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"signalbox/backend/live"
)

const (
	// mostReserve is how much of the disk is held in reserve. It has to take
	// what the log may hold beyond the database file: 4 MiB and a large batch.
	mostReserve = 16 << 20
	// reservePart is the largest part of a small disk that it takes.
	reservePart = 16
	// leastReserve is enough for trimming a few hundred messages.
	leastReserve = 256 << 10
	// largeBatch is the size from which on a batch is not begun without enough
	// space: a log that has grown by it must fit into the database file too.
	largeBatch = 1 << 20
)

// A reserve is a file that takes space on the disk until there is no other
// left. Deleting needs space as well, for the log: without a reserve a full
// disk could not be helped by keeping less. It is given up when a write fails
// for want of space, and publishes are refused until it can be made again.
type reserve struct {
	path string
	want int64 // its size
	size int64 // and what there was room for, after a disk was full
}

func newReserve(dir string) reserve {
	size := int64(mostReserve)
	if _, total, ok := diskSpace(dir); ok {
		size = max(min(size, total/reservePart), leastReserve)
	}
	return reserve{path: filepath.Join(dir, "signalbox.reserve"), want: size, size: size}
}

// take makes the file where it is not there. It asks for a quarter more than it
// keeps: with less than that beside it the next message would give it up again.
func (r *reserve) take() error {
	if info, err := os.Stat(r.path); err == nil && info.Size() == r.want && allocated(info) >= r.want {
		return nil
	}
	err := r.make(r.want)
	if err == nil {
		r.size = r.want
	}
	return err
}

// settle makes a smaller file, the largest that there is room for.
func (r *reserve) settle() (ok bool) {
	for size := r.want / 2; size >= leastReserve; size /= 2 {
		if r.make(size) == nil {
			r.size = size
			return true
		}
	}
	return false
}

// make makes the file with a size.
func (r *reserve) make(size int64) error {
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = allocate(f, size+size/4)
	if err == nil {
		err = f.Truncate(size)
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		os.Remove(r.path)
	}
	return err
}

// give gives the space back to the disk, and reports whether there was any.
func (r *reserve) give() bool { return os.Remove(r.path) == nil }

// writeAll writes bytes that no file system can compress away.
func writeAll(f *os.File, size int64) error {
	_, err := io.CopyN(f, rand.Reader, size)
	return err
}

// pages is how many pages the log has before it is copied into the database
// file: at least so many are in its own space when the reserve is given up.
func (r *reserve) pages() int64 { return max(16, min(1000, r.size/4/4096)) }

// isFull reports whether a write failed for want of space.
func isFull(err error) bool {
	return err != nil && errors.Is(explain(err), &live.Error{Code: "disk_full"})
}

// noRoom reports whether opening the history failed for want of space. Some of
// SQLite's errors do not say why; then it tries to write a file.
func noRoom(dir string, err error) bool {
	if err == nil || isFull(err) {
		return err != nil
	}
	if e, ok := errors.AsType[*live.Error](cannotOpen(err)); !ok || e.Code != "disk_error" && e.Code != "cannot_open" {
		return false
	}
	f, err := os.CreateTemp(dir, ".signalbox-*")
	if err != nil {
		return isFull(err)
	}
	defer os.Remove(f.Name())
	return isFull(errors.Join(allocate(f, 64<<10), f.Close()))
}

// giveUp gives the reserve up, and reports whether it was held until now. What
// the log holds is brought into the database file with the space: from then on
// the log begins anew in the space that it has.
func (db *DB) giveUp() bool {
	if db.full.Swap(true) {
		return false
	}
	db.trimmed.Store(false)
	db.reserve.give()
	db.write.backfill()
	return true
}

// important runs a transaction that must be possible on a full disk as well:
// whatever helps to free some space, and settings.
func (db *DB) important(tx func() error) error {
	err := tx()
	if isFull(err) && db.giveUp() {
		err = tx()
	}
	if db.full.Load() {
		// The log has the space that it has: begin it anew.
		db.write.backfill()
	}
	return err
}

// room reports whether a batch of that many bytes may be begun.
func (db *DB) room(weight int) error {
	if db.full.Load() {
		return diskFull(nil)
	}
	if int64(weight) < min(largeBatch, db.reserve.size/4) {
		return nil
	}
	if free, _, ok := diskSpace(filepath.Dir(db.place.path)); ok && free < 3*int64(weight) {
		return diskFull(nil)
	}
	return nil
}

// makeRoom gives the free pages of the database back to the disk, a few at a
// time, until there is space for the reserve. If there are none left and
// something was trimmed since the disk was full, a smaller one has to do: a
// small history may be all that can be deleted. Without that condition it would
// be made of the space that it has just given up.
func (db *DB) makeRoom() error {
	for step := max(1, db.reserve.pages()/4); ; {
		full := db.reserve.take()
		if !isFull(full) {
			// Also where a reserve cannot be made for another reason.
			return db.write.copyEvery(db.reserve.pages())
		}
		before, after, err := db.giveBack(step)
		db.write.backfill()
		switch {
		case isFull(err) && step > 1:
			step = max(1, step/4) // what it changes must fit into the log's space
		case err != nil:
			return err
		case after >= before && db.trimmed.Load() && db.reserve.settle():
			return db.write.copyEvery(db.reserve.pages())
		case after >= before:
			return full
		}
	}
}

// giveBack gives up to so many free pages back to the disk, and returns how
// many there were before and after.
func (db *DB) giveBack(pages int64) (before, after int64, err error) {
	err = db.write.tx(func() (err error) {
		before, err = db.write.number("PRAGMA freelist_count")
		if err == nil && before > 0 {
			err = db.write.each(func([]driver.Value) {}, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages))
		}
		if err == nil {
			after, err = db.write.number("PRAGMA freelist_count")
		}
		return err
	})
	return before, after, err
}
