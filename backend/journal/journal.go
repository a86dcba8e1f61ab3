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

// A Journal is all messages in one order. Its methods may be called by anybody
// at any time.
type Journal struct {
	store Store
	opt   Options
	queue queue // the writer's work

	recent  *recent.Messages
	sources sources.List
	log     cursor.Log // what cursors read
	first   atomic.Int64
	stats   stats

	keep          atomic.Pointer[live.Keep]
	limitsChanged chan struct{}
	trimming      sync.Mutex // one Trim at a time

	writerDone chan struct{} // closed when the writer has ended
	closeOnce  func() error
}

// Options are what can be chosen when a journal is opened.
type Options struct {
	RecentMessages int           // how many of the newest messages memory holds; 0 means 65536
	RecentBytes    int           // and how many bytes of memory they take, frames included; 0 means 64 MiB
	Gather         time.Duration // readers are woken at most this often under load; 0 means 1 ms
	Now            func() time.Time
	Log            *slog.Logger // gets a line when the store fails and when it works again; nil for none
}

// ErrClosed is the error of everything that is asked of a journal after Close.
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
	if opt.Gather <= 0 {
		opt.Gather = time.Millisecond
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
		limitsChanged: make(chan struct{}, 1), // one signal is enough, however many limits have changed
		writerDone:    make(chan struct{}),
	}
	j.log = cursor.Log{Epoch: store.Epoch(), Recent: j.recent, Store: store, Sources: &j.sources, NoteDamage: j.noteDamage}
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
	if err := store.Look(ctx); err != nil {
		j.stats.setFault(sentence(err))
		opt.Log.Error("the history cannot be written", "err", err, "cause", errors.Unwrap(err))
	}
	go j.write()
	return j, nil
}

// Close commits what has been accepted, ends every cursor with ErrClosed, and
// closes the store. Later calls wait for the first one and return its error.
func (j *Journal) Close() error { return j.closeOnce() }

func (j *Journal) close() error {
	j.queue.close()
	<-j.writerDone
	j.recent.Close()
	return j.store.Close()
}

// storeError returns ErrClosed if the store failed because it was closed.
func (j *Journal) storeError(err error) error {
	if err != nil && j.recent.Closed() {
		return ErrClosed
	}
	return err
}

// Epoch returns the epoch of its positions.
func (j *Journal) Epoch() string { return j.log.Epoch }

// First returns the number of the oldest message kept, Last+1 if there is none.
func (j *Journal) First() int64 { return j.first.Load() }

// Last returns the number of the newest message committed.
func (j *Journal) Last() int64 { return j.recent.Last() }

// Changed returns a channel that is closed at the next commit, and the number
// of the newest message at this moment. Under load the channel is closed up to
// Options.Gather later. It is also closed when the store fails or works again,
// and when damage is found.
func (j *Journal) Changed() (<-chan struct{}, int64) {
	// The channel first: then a commit in between closes it.
	ch := j.recent.Changed()
	return ch, j.recent.Last()
}

// Read answers a query.
func (j *Journal) Read(ctx context.Context, q live.Query) (live.Page, error) {
	p, err := j.store.Page(ctx, q)
	j.noteDamage()
	return p, j.storeError(err)
}

// Oldest, as the place of a cursor, is before the oldest message kept.
const Oldest = -1

// Follow returns a cursor behind the number after. It returns a gap for
// messages that were trimmed behind that number; not so for Oldest, which asks
// for what is there.
func (j *Journal) Follow(f live.Filter, after int64) *cursor.Cursor {
	return j.FollowNames(nil, f, after)
}

// FollowNames is Follow for all sources that have one of these names, or will
// have one: the cursor finds every message that is published under a name, even
// if its source is removed and made again. A source that is renamed stays
// followed. The filter's own sources are ignored.
func (j *Journal) FollowNames(names []string, f live.Filter, after int64) *cursor.Cursor {
	oldest := after < 0
	if oldest {
		after = j.First() - 1
	}
	return cursor.New(&j.log, names, f, after, oldest)
}

// Mark returns a stored place, its zero value if there is none of that name.
func (j *Journal) Mark(ctx context.Context, name string) (live.Mark, error) {
	m, err := j.store.Mark(ctx, name)
	return m, j.storeError(err)
}

// SetMark stores a place.
func (j *Journal) SetMark(ctx context.Context, m live.Mark) error {
	_, err := j.AppendAll(ctx, nil, m)
	return err
}
