package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/clock"
	"signalbox/backend/live"

	"github.com/gofrs/flock"
)

// A DB is one history: the folder, its lock, one connection that writes and
// a few that read. Its methods may be called by anybody at any time.
type DB struct {
	lock   *flock.Flock
	write  *writer
	read   *sql.DB // for pages, settings, and all that a screen waits for
	stream *sql.DB // for streams that resume or catch up

	epoch string
	last  atomic.Int64 // the greatest number committed, or jumped over
	place place

	reserve reserve
	full    atomic.Bool // whether the reserve was given up
	trimmed atomic.Bool // whether something was trimmed since then

	clock   *clock.Clock
	doubted bool // whether the saved state of the clock is in doubt; only within tx

	damage damage

	// patience is how long one read may look for what matches little; the
	// caller gets what was found, and asks on.
	patience time.Duration

	closed func() error
}

// An Option changes how a DB is opened.
type Option func(*options)

type options struct {
	now      func() time.Time
	progress func(done, total int64)
	maxPages int64
	patience time.Duration
}

// WithClock makes the DB ask now for the time, by which old messages and attempts are told.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.now = now
		}
	}
}

// withPatience changes how long one read may look for what matches little.
func withPatience(d time.Duration) Option { return func(o *options) { o.patience = d } }

// WithProgress makes Open call progress after each step of bringing a history
// that an older version wrote to the present form, with how many messages are
// done. It may take minutes where there are many millions. A start that is
// killed meanwhile loses nothing: the next one goes on from there.
func WithProgress(progress func(done, total int64)) Option {
	return func(o *options) { o.progress = progress }
}

// withMaxPages makes the disk full at so many pages.
func withMaxPages(n int64) Option { return func(o *options) { o.maxPages = n } }

// readers is how many connections of each pool may read at once. Two cores
// cannot use more, and each has a cache of its own. There are two pools because
// any number of streams may resume at the same time: in one pool with them the
// screens would stand in their queue.
const readers = 3

// Open opens the history in dir, and makes it where there is none.
func Open(ctx context.Context, dir string, opt ...Option) (*DB, error) {
	o := options{now: time.Now, progress: func(int64, int64) {}, patience: 100 * time.Millisecond}
	for _, f := range opt {
		f(&o)
	}
	// The history may hold secrets of the feeds' owners: nobody else may look.
	err := os.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, cannotOpen(fmt.Errorf("make the folder of the history: %w", err))
	}
	path := filepath.Join(dir, "signalbox.db")
	lock, err := lockFolder(dir)
	if errors.Is(err, errInUse) {
		return nil, err
	}
	var db *DB
	reserve := newReserve(dir)
	if err == nil {
		db, err = openLocked(ctx, path, o, reserve)
		if noRoom(dir, err) && reserve.give() {
			db, err = openLocked(ctx, path, o, reserve)
		}
	}
	if err == nil {
		db.full.Store(isFull(reserve.take()))
	} else if db, err = openToRead(ctx, path, o, cannotOpen(err)); err != nil {
		if lock != nil {
			lock.Unlock()
		}
		return nil, err
	}
	db.lock, db.reserve = lock, reserve
	db.closed = sync.OnceValue(db.close)
	return db, nil
}

var errInUse = live.Errorf("in_use", "Another Signalbox has this history open.").
	WithHint("Close it, or start this one with --data.")

// lockFolder keeps other programs out. Where the lock's file cannot be made or
// written, the lock is nil beside the error, or that of the file that is there:
// somebody else may have opened the history who can write it.
func lockFolder(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, "signalbox.lock")
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		lock = flock.New(path, flock.SetFlag(os.O_RDONLY))
		var e error
		if ok, e = lock.TryLock(); e != nil {
			return nil, fmt.Errorf("lock the history: %w", err)
		}
	}
	if !ok {
		return nil, errInUse
	}
	if err != nil {
		err = fmt.Errorf("lock the history: %w", err)
	}
	return lock, err
}

func openLocked(ctx context.Context, path string, o options, r reserve) (*DB, error) {
	db := &DB{place: place{path: path}, reserve: r, patience: o.patience}
	if err := db.place.lonelyLog(); err != nil {
		return nil, err
	}
	// Made by us rather than by SQLite, for the mode; its log gets the same.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	if err := inspect(path); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	conn, err := open(dsn(path, shared, writing))
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	db.write = newWriter(conn)
	if err := db.write.copyEvery(r.pages()); err != nil {
		db.write.close()
		return nil, err
	}
	if o.maxPages > 0 {
		if _, err := conn.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", o.maxPages), nil); err != nil {
			db.write.close()
			return nil, err
		}
	}
	if err := db.begin(ctx, o.now, o.progress); err != nil {
		db.write.close()
		return nil, err
	}
	if err := db.place.find(); err != nil {
		db.write.close()
		return nil, fmt.Errorf("open the history: %w", err)
	}
	db.write.guard = db.place.check
	if db.read, err = openReaders(ctx, dsn(path, shared, reading)); err == nil {
		db.stream, err = openReaders(ctx, dsn(path, shared, reading))
	}
	if err != nil {
		db.write.close()
		return nil, fmt.Errorf("open the history for reading: %w", err)
	}
	return db, nil
}

// openReaders opens a pool of connections that only read.
func openReaders(ctx context.Context, dsn string) (*sql.DB, error) {
	db, err := sql.Open("signalbox", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Close marks the end as clean, closes the database and gives up the lock.
// Only the first call does; the others wait for it.
func (db *DB) Close() error { return db.closed() }

func (db *DB) close() error {
	err := errors.Join(db.read.Close(), db.stream.Close())
	if db.write.refusal == nil {
		if e := db.important(func() error { return db.write.tx(db.end) }); err == nil {
			err = e
		}
	}
	if e := db.write.close(); err == nil {
		err = e
	}
	if db.full.Load() {
		// As much for the next start as there is.
		if db.reserve.take() != nil {
			db.reserve.settle()
		}
	}
	if db.lock != nil {
		if e := db.lock.Unlock(); err == nil {
			err = e
		}
	}
	return explain(err)
}

// end notes that the end is a clean one.
func (db *DB) end() error {
	if err := db.saveClock(true); err != nil {
		return err
	}
	_, err := db.write.exec("UPDATE about SET clean = 1")
	return err
}

// Epoch returns the epoch that was made with the database.
func (db *DB) Epoch() string { return db.epoch }

// Last returns the greatest number that was ever given or jumped over.
func (db *DB) Last() int64 { return db.last.Load() }

// micro and when turn times into whole microseconds and back; 0 is no time.
func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func when(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
