package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/journal/recent"
	"signalbox/backend/journal/sources"
	"signalbox/backend/live"
)

// A Journal keeps all messages in one order. Its methods may be called from any
// goroutine.
type Journal struct {
	store Store
	opt   Options
	queue queue // the requests that wait for the writer

	recent  *recent.Messages
	sources sources.List
	log     cursor.Log // shared by all cursors
	first   atomic.Int64
	stats   stats

	keep          atomic.Pointer[live.Keep]
	limitsChanged chan struct{}
	trimming      sync.Mutex // one Trim at a time

	bookmarkChanges atomic.Int64

	writerDone chan struct{} // closed when the writer has ended
	closeOnce  func() error
}

// Options configure a journal.
type Options struct {
	RecentMessages int           // the number of newest messages held in memory; 0 means 65536
	RecentBytes    int           // the bytes of memory they use, frames included; 0 means 64 MiB
	WakeInterval   time.Duration // the least time between two wake-ups of all readers; 0 means 1 ms
	Now            func() time.Time
	Log            *slog.Logger // gets a line when the store fails and when it works again; nil for none
}

// ErrClosed is the error of every call after Close.
var ErrClosed = recent.ErrClosed

// Open opens the journal in a store and starts its writer. Close stops the
// writer and closes the store.
func Open(ctx context.Context, store Store, opt Options) (*Journal, error) {
	if opt.RecentMessages <= 0 {
		opt.RecentMessages = 65536
	}
	if opt.RecentBytes <= 0 {
		opt.RecentBytes = 64 << 20
	}
	if opt.WakeInterval <= 0 {
		opt.WakeInterval = time.Millisecond
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	j := &Journal{
		store:         store,
		opt:           opt,
		recent:        recent.New(store.Last(), opt.RecentMessages, opt.RecentBytes),
		queue:         newQueue(),
		limitsChanged: make(chan struct{}, 1), // one signal stands for any number of changes
		writerDone:    make(chan struct{}),
	}
	j.log = cursor.Log{Epoch: store.Epoch(), Recent: j.recent, Store: store, Sources: &j.sources, FoundDamage: j.updateDamage}
	j.closeOnce = sync.OnceValue(j.close)
	first, err := store.First(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.first.Store(first)
	list, tallies, err := store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.sources.Load(list, tallies)
	if err := store.CheckFiles(ctx); err != nil {
		j.stats.setFault(storeError(err))
		opt.Log.Error("the history cannot be written", "err", err, "cause", errors.Unwrap(err))
	}
	go j.write()
	return j, nil
}

// Close commits all queued requests, ends every cursor with ErrClosed, and
// closes the store. Later calls wait for the first one and return its error.
func (j *Journal) Close() error { return j.closeOnce() }

func (j *Journal) close() error {
	j.queue.close()
	<-j.writerDone
	j.recent.Close()
	return j.store.Close()
}

// storeError returns ErrClosed for every error of a closed journal, else err.
func (j *Journal) storeError(err error) error {
	if err != nil && j.recent.Closed() {
		return ErrClosed
	}
	return err
}

// Epoch returns the epoch of the journal's positions.
func (j *Journal) Epoch() string { return j.log.Epoch }

// First returns the number of the oldest message kept, or Last+1 if there is
// none.
func (j *Journal) First() int64 { return j.first.Load() }

// Last returns the number of the newest message committed.
func (j *Journal) Last() int64 { return j.recent.Last() }

// Changed returns a channel that closes at the next commit, and the number of
// the newest message now. Under load the channel closes later, when readers are
// woken. It also closes when the store fails or works again, and when damage is
// found.
func (j *Journal) Changed() (<-chan struct{}, int64) {
	// The channel comes first: a commit between the two calls closes it.
	ch := j.recent.Changed()
	return ch, j.recent.Last()
}

// Read returns the page for a query.
func (j *Journal) Read(ctx context.Context, q live.Query) (live.Page, error) {
	p, err := j.store.Page(ctx, q)
	j.updateDamage()
	return p, j.storeError(err)
}

// Count counts messages by time, from the newest back. It returns after a bounded
// time with what it has counted.
func (j *Journal) Count(ctx context.Context, q live.CountQuery) (live.Count, error) {
	c, err := j.store.Count(ctx, q)
	j.updateDamage()
	return c, j.storeError(err)
}

// Oldest, as the after of Follow, makes the cursor begin with the oldest message
// kept.
const Oldest = -1

// Follow returns a cursor over the messages with greater numbers than after. If
// some of those were trimmed, the cursor returns a gap for them, unless after is
// Oldest.
func (j *Journal) Follow(f live.Filter, after int64) *cursor.Cursor {
	return j.FollowNames(nil, f, after)
}

// FollowNames is Follow for all sources that have one of these names now or get
// one later: the cursor returns every message that is published under a name,
// even if its source is removed and created again. The cursor continues to
// follow a source that is renamed. It ignores the filter's own sources.
func (j *Journal) FollowNames(names []string, f live.Filter, after int64) *cursor.Cursor {
	oldest := after < 0
	if oldest {
		after = j.First() - 1
	}
	return cursor.New(&j.log, names, f, after, oldest)
}

// Mark returns the mark of that name, or the zero Mark if there is none.
func (j *Journal) Mark(ctx context.Context, name string) (live.Mark, error) {
	m, err := j.store.Mark(ctx, name)
	return m, j.storeError(err)
}

// SetMark stores a mark, or deletes it if it has Ended.
func (j *Journal) SetMark(ctx context.Context, m live.Mark) error {
	_, err := j.AppendAll(ctx, nil, m)
	return err
}
