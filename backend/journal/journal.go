package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// A Journal is all messages in one order.
type Journal struct {
	store Store
	opt   Options
	epoch string

	queue queue // what waits for the writer
	tail  *tail // the newest messages in memory
	bell  bell  // wakes those who wait for more

	first atomic.Int64 // the oldest number kept
	last  atomic.Int64 // the newest number in the tail, committed
	told  atomic.Int64 // the newest number that readers were woken for
	keep  atomic.Pointer[live.Keep]
	due   chan struct{} // takes one call when a source's limits have changed

	sources sources
	stats   stats

	trimming sync.Mutex // one Trim at a time
	closed   atomic.Bool
	ended    chan struct{} // closed when the writer has ended
	closing  sync.Once
	closeErr error
}

// Options are what may be chosen when a journal is opened.
type Options struct {
	TailMessages int           // newest messages held in memory; 0 means 65536
	TailBytes    int           // and what they take there, frames included, in bytes; 0 means 64 MiB
	Gather       time.Duration // readers are woken at most this often under load; 0 means 1 ms
	Now          func() time.Time
	Log          *slog.Logger // told when the store fails and when it works again; nil means nobody is
}

// ErrClosed is the error of everything that is asked of a journal after Close.
var ErrClosed = live.Errorf("closed", "Signalbox is closing.")

// Open starts the writer on a store. Close stops it; the store is closed with it.
func Open(ctx context.Context, store Store, opt Options) (*Journal, error) {
	if opt.TailMessages <= 0 {
		opt.TailMessages = 65536
	}
	if opt.TailBytes <= 0 {
		opt.TailBytes = 64 << 20
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
	j := &Journal{store: store, opt: opt, epoch: store.Epoch(), ended: make(chan struct{}), due: make(chan struct{}, 1)}
	j.last.Store(store.Last())
	j.told.Store(store.Last())
	j.tail = newTail(store.Last()+1, opt.TailMessages, opt.TailBytes)
	j.queue.wake = make(chan struct{}, 1) // one call is enough: the writer takes all that waits
	j.bell.init()
	first, err := store.First(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.first.Store(first)
	list, tallies, err := store.Sources(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	j.sources.load(list, tallies)
	if err := store.Look(ctx); err != nil {
		j.stats.setFault(sentence(err))
		opt.Log.Error("the history cannot be written", "err", err, "cause", errors.Unwrap(err))
	}
	go j.write()
	return j, nil
}

// Close commits what has been accepted, ends every cursor with ErrClosed, and closes the store.
func (j *Journal) Close() error {
	j.closing.Do(func() {
		j.queue.close()
		<-j.ended
		j.closed.Store(true)
		j.tell()
		j.closeErr = j.store.Close()
	})
	return j.closeErr
}

// orClosed returns ErrClosed where that is why the store failed.
func (j *Journal) orClosed(err error) error {
	if err != nil && j.closed.Load() {
		return ErrClosed
	}
	return err
}

// Epoch returns the epoch of its positions.
func (j *Journal) Epoch() string { return j.epoch }

// First returns the number of the oldest message kept, Last+1 where none is.
func (j *Journal) First() int64 { return j.first.Load() }

// Last returns the number of the newest message committed.
func (j *Journal) Last() int64 { return j.last.Load() }

// Moved returns a channel that is closed at the next commit, and the number
// of the newest message at this moment. Under load the channel is closed up
// to Options.Gather later. It is also closed when a fault comes or goes, and when a damage is met.
func (j *Journal) Moved() (<-chan struct{}, int64) {
	// The channel first: a commit in between then closes it.
	ch := j.bell.wait()
	return ch, j.last.Load()
}

// tell shows readers what has been committed, and wakes them. It is called
// by one goroutine at a time.
func (j *Journal) tell() {
	j.told.Store(j.last.Load())
	j.bell.ring()
}

// Read answers a query.
func (j *Journal) Read(ctx context.Context, q live.Query) (live.Page, error) {
	p, err := j.store.Page(ctx, q)
	j.watchDamage()
	return p, j.orClosed(err)
}

// Mark returns a stored place, its zero value where there is none of that name.
func (j *Journal) Mark(ctx context.Context, name string) (live.Mark, error) {
	m, err := j.store.Mark(ctx, name)
	return m, j.orClosed(err)
}

// SetMark stores a place.
func (j *Journal) SetMark(ctx context.Context, m live.Mark) error {
	_, err := j.AppendAll(ctx, nil, m)
	return err
}
