package database

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"signalbox/backend/clock"
	"signalbox/backend/disk"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/schema"
)

// A File is the open database file of one history: its lock, the connection that
// writes, and those that read. Its methods may be called from any goroutine,
// unless their comments differ.
type File struct {
	Writer  *conn.Writer
	Screens *conn.Pool // for pages, settings, and other reads for a screen
	Streams *conn.Pool // for streams that resume or catch up; there may be many at once

	Epoch string
	// CountedByData is the newest number whose message was counted with its data
	// alone; later messages are counted with their type and ids too.
	CountedByData int64
	Clock         *clock.Clock
	Damage        Damage

	last atomic.Int64

	lock    *flock.Flock
	files   files
	reserve disk.Reserve
	full    atomic.Bool // whether the reserve was released
	trimmed atomic.Bool // whether something was trimmed since then
	// jumpSaved is whether the saved state of the clock has a jump. It is used only
	// within a transaction.
	jumpSaved bool

	closeOnce func() error
}

// Options configure a File. Now and Progress must be set.
type Options struct {
	Now      func() time.Time
	Progress func(done, total int64) // of the backfill, in messages
	MaxPages int64                   // the size at which SQLite reports a full disk, in pages; 0 for no limit
}

// Open opens the history in dir, or creates one.
func Open(ctx context.Context, dir string, o Options) (*File, error) {
	// Messages may hold secrets, so nobody else may read them.
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, conn.OpenError(fmt.Errorf("make the folder of the history: %w", err))
	}
	path := filepath.Join(dir, "signalbox.db")
	lock, err := lockFolder(dir)
	if errors.Is(err, errInUse) {
		return nil, err
	}
	var f *File
	reserve := disk.NewReserve(dir, filepath.Join(dir, "signalbox.reserve"))
	if err == nil {
		f, err = openLocked(ctx, path, o, reserve)
		if isNoRoom(dir, err) && reserve.Release() {
			f, err = openLocked(ctx, path, o, reserve)
		}
	}
	if err == nil {
		f.full.Store(conn.IsFull(reserve.Make()))
	} else if f, err = openReadOnly(ctx, path, o, conn.OpenError(err)); err != nil {
		if lock != nil {
			lock.Unlock()
		}
		return nil, err
	}
	f.lock, f.reserve = lock, reserve
	f.closeOnce = sync.OnceValue(f.close)
	return f, nil
}

// openLocked opens the file for reading and writing.
func openLocked(ctx context.Context, path string, o Options, r disk.Reserve) (_ *File, err error) {
	f := &File{files: files{path: path}, reserve: r}
	if err := f.files.refuseLoneLog(); err != nil {
		return nil, err
	}
	// SQLite would make the file readable for others. The log gets the mode of the
	// database.
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = made.Close()
	}
	if err == nil {
		err = schema.Check(path)
	}
	if err == nil {
		f.Writer, err = conn.OpenWriter(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	defer func() {
		if err != nil {
			if f.Screens != nil {
				f.Screens.Close()
			}
			f.Writer.Close()
		}
	}()
	if err := f.Writer.SetAutoCheckpoint(f.autoCheckpoint()); err != nil {
		return nil, err
	}
	if o.MaxPages > 0 {
		if err := f.Writer.SetMaxPages(o.MaxPages); err != nil {
			return nil, err
		}
	}
	if err := f.start(ctx, o); err != nil {
		return nil, err
	}
	if err := f.files.identify(); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	f.Writer.BeforeCommit = f.files.check
	if f.Screens, err = conn.OpenPool(ctx, path); err == nil {
		f.Streams, err = conn.OpenPool(ctx, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the history for reading: %w", err)
	}
	return f, nil
}

// Close records a clean end, closes the connections and releases the lock. Later
// calls wait for the first one and return its error.
func (f *File) Close() error { return f.closeOnce() }

func (f *File) close() error {
	err := errors.Join(f.Screens.Close(), f.Streams.Close())
	if f.Writer.Refusal() == nil {
		if e := f.TxWithReserve(f.markClean); err == nil {
			err = e
		}
	}
	if e := f.Writer.Close(); err == nil {
		err = e
	}
	if f.full.Load() {
		// The next start needs a reserve, even a smaller one.
		if f.reserve.Make() != nil {
			f.reserve.MakeSmaller()
		}
	}
	if f.lock != nil {
		if e := f.lock.Unlock(); err == nil {
			err = e
		}
	}
	return conn.UserError(err)
}

// Last returns the greatest number that was committed or that a jump has skipped.
func (f *File) Last() int64 { return f.last.Load() }

// SetLast sets the greatest number committed.
func (f *File) SetLast(number int64) { f.last.Store(number) }
