package sqlite

import (
	"context"
	"time"

	"signalbox/backend/sqlite/database"
	"signalbox/backend/sqlite/insert"
	"signalbox/backend/sqlite/installation"
	"signalbox/backend/sqlite/query"
	"signalbox/backend/sqlite/trim"
)

// A DB is one open history: a journal.Store, and the store of an installation.
// Its methods may be called by anybody at any time. The Reader has those that
// read messages.
type DB struct {
	*query.Reader

	file     *database.File
	inserter *insert.Inserter
	trimmer  *trim.Trimmer
}

// An Option changes how a DB is opened.
type Option func(*options)

type options struct {
	database.Options
	maxReadTime time.Duration
}

// WithClock sets the clock that the age of messages and attempts is measured
// by. The default is time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.Now = now
		}
	}
}

// WithProgress makes Open call progress after each step of converting a history
// that an older version wrote, with how many messages are done. That may take
// minutes if there are many millions. A start that is killed meanwhile loses
// nothing: the next one continues.
func WithProgress(progress func(done, total int64)) Option {
	return func(o *options) {
		if progress != nil {
			o.Progress = progress
		}
	}
}

// withMaxReadTime sets how long one read may examine what does not match.
func withMaxReadTime(d time.Duration) Option { return func(o *options) { o.maxReadTime = d } }

// withMaxPages makes the disk full at so many pages.
func withMaxPages(n int64) Option { return func(o *options) { o.MaxPages = n } }

// Open opens the history in dir, and creates it if there is none. Every error is
// a live.Error.
func Open(ctx context.Context, dir string, opt ...Option) (*DB, error) {
	o := options{
		Options:     database.Options{Now: time.Now, Progress: func(int64, int64) {}},
		maxReadTime: 100 * time.Millisecond,
	}
	for _, f := range opt {
		f(&o)
	}
	file, err := database.Open(ctx, dir, o.Options)
	if err != nil {
		return nil, err
	}
	return &DB{
		Reader:   query.New(file, o.maxReadTime),
		file:     file,
		inserter: insert.New(file.Writer, file.Epoch),
		trimmer:  trim.New(file.Writer, file.CountedByData),
	}, nil
}

// Close marks the end as clean, closes the file and gives up its lock. Later
// calls wait for the first one and return its error.
func (db *DB) Close() error { return db.file.Close() }

// Installation returns the store of what belongs to this installation. It can
// be used until the DB is closed.
func (db *DB) Installation() *installation.Store { return installation.New(db.file) }

// Epoch returns the epoch that was made with the database.
func (db *DB) Epoch() string { return db.file.Epoch }

// Last returns the greatest number that was ever given or jumped over.
func (db *DB) Last() int64 { return db.file.Last() }

// Now returns the time that the age of messages and attempts is measured by.
func (db *DB) Now() time.Time { return db.file.Clock.Now() }

// Look returns an error if the database cannot be written, as far as that can
// be seen without writing.
func (db *DB) Look(context.Context) error { return db.file.Look() }

// Check writes and syncs something and deletes it again, to see whether writing
// works.
func (db *DB) Check(context.Context) error { return db.file.Check() }

// Damaged returns a live.Error that says what was found to be damaged since the
// start, or nil.
func (db *DB) Damaged() error { return db.file.Damage.Err() }
