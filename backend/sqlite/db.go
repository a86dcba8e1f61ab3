package sqlite

import (
	"context"
	"time"

	"signalbox/backend/sqlite/count"
	"signalbox/backend/sqlite/database"
	"signalbox/backend/sqlite/index"
	"signalbox/backend/sqlite/insert"
	"signalbox/backend/sqlite/installation"
	"signalbox/backend/sqlite/query"
	"signalbox/backend/sqlite/trim"
)

// A DB is one open history: a journal.Store, and the store of an installation.
// The embedded Reader and Counter have the methods that read and count messages. All methods may be
// called from any goroutine.
type DB struct {
	*query.Reader
	*count.Counter

	file     *database.File
	index    *index.Index
	inserter *insert.Inserter
	trimmer  *trim.Trimmer
}

// An Option changes how a DB is opened.
type Option func(*options)

type options struct {
	database.Options
	maxReadTime time.Duration
}

// WithClock sets the clock by which the age of messages and attempts is
// measured. The default is time.Now.
func WithClock(now func() time.Time) Option {
	return func(o *options) {
		if now != nil {
			o.Now = now
		}
	}
}

// WithProgress makes Open call progress with the number of converted messages
// after each step of converting a history that an older version wrote. That may
// take minutes if there are many millions. If the program is killed meanwhile,
// the next start continues.
func WithProgress(progress func(done, total int64)) Option {
	return func(o *options) {
		if progress != nil {
			o.Progress = progress
		}
	}
}

// withMaxReadTime sets how long one read may examine messages that do not match.
func withMaxReadTime(d time.Duration) Option { return func(o *options) { o.maxReadTime = d } }

// withMaxPages limits the database to n pages; SQLite then reports a full disk.
func withMaxPages(n int64) Option { return func(o *options) { o.MaxPages = n } }

// Open opens the history in dir, or creates one. Every error is a live.Error.
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
	ix := index.New(file, dir)
	reader := query.New(file, ix, o.maxReadTime)
	return &DB{
		Reader:   reader,
		Counter:  count.New(file, ix, reader),
		file:     file,
		index:    ix,
		inserter: insert.New(file.Writer, file.Epoch),
		trimmer:  trim.New(file.Writer, file.CountedByData),
	}, nil
}

// Close records a clean end, closes the file and releases its lock. Later calls
// wait for the first one and return its error.
func (db *DB) Close() error { return db.file.Close() }

// Installation returns the store of feeds, attempts and settings. It can be used
// until the DB is closed.
func (db *DB) Installation() *installation.Store { return installation.New(db.file) }

// Index returns the index for searches. Whoever opens the DB runs it, or not, and ends
// it before Close.
func (db *DB) Index() *index.Index { return db.index }

// Unindexed returns about how many messages the index lacks, and its size in bytes.
func (db *DB) Unindexed() (messages, bytes int64) {
	s := db.index.State()
	if !s.Running {
		return db.Last(), s.Bytes
	}
	return s.Behind, s.Bytes
}

// Epoch returns the epoch that was made with the database.
func (db *DB) Epoch() string { return db.file.Epoch }

// Last returns the greatest number that a message has had or a jump has skipped.
func (db *DB) Last() int64 { return db.file.Last() }

// Now returns the time by which the age of messages and attempts is measured.
func (db *DB) Now() time.Time { return db.file.Clock.Now() }

// CheckFiles returns an error if the database or its log was moved or replaced,
// or cannot be written. It does not write.
func (db *DB) CheckFiles(context.Context) error { return db.file.CheckFiles() }

// CheckWrite returns an error if a test write fails.
func (db *DB) CheckWrite(context.Context) error { return db.file.CheckWrite() }

// Damaged returns a live.Error about the damage found since the start, or nil.
func (db *DB) Damaged() error { return db.file.Damage.Err() }
