package feed

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// A Store keeps the feeds' settings and the record of their attempts.
type Store interface {
	// Feeds returns all feeds, also those whose source was removed: these may
	// be restored.
	Feeds(context.Context) ([]live.Feed, error)
	PutFeed(context.Context, live.Feed) error
	DeleteFeed(ctx context.Context, id int64) error
	// PutAttempt adds an attempt, or replaces the one with its number.
	PutAttempt(context.Context, live.Attempt) error
	// Attempts returns those that began at or after since, newest first.
	Attempts(ctx context.Context, source int64, since time.Time, limit int) ([]live.Attempt, error)
}

// Options are what may be chosen about following feeds.
type Options struct {
	Log       *slog.Logger
	MaxEvent  int    // the largest event taken from a feed, in bytes; 0 means 16 MiB
	UserAgent string // what servers are told; empty means "Signalbox"

	dial dialer // for tests
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxEvent <= 0 {
		o.MaxEvent = 16 << 20
	}
	if o.UserAgent == "" {
		o.UserAgent = "Signalbox"
	}
}

// A Status is a feed and how it is doing.
type Status struct {
	live.Feed
	Health     live.Health
	HasSecrets []string // "token", "password", and the names of secret headers
}

// A Follower follows all feeds.
type Follower struct {
	journal *journal.Journal
	store   Store
	vault   Secrets
	opt     Options
	dial    dialer
	largest atomic.Int64

	edit sync.Mutex // one change of the list or of a feed's settings at a time

	mu      sync.Mutex
	ctx     context.Context // that of Run; nil while it does not run
	keepers map[int64]*keeper
	removed map[int64]live.Secrets // of feeds that may be restored
	version int64
	changed chan struct{}
}

// New returns a Follower; Run makes it work.
func New(j *journal.Journal, store Store, secrets Secrets, opt Options) *Follower {
	opt.setDefaults()
	f := &Follower{
		journal: j, store: store, vault: secrets, opt: opt, dial: opt.dial,
		keepers: make(map[int64]*keeper), removed: make(map[int64]live.Secrets), changed: make(chan struct{}), version: 1,
	}
	f.largest.Store(int64(opt.MaxEvent))
	return f
}

// newKeeper adds a keeper of a feed to the list. It does not start it.
func (f *Follower) newKeeper(feed live.Feed, secrets *live.Secrets) *keeper {
	k := &keeper{
		Follower: f, id: feed.Source.ID, feed: feed, secrets: secrets, kick: make(chan struct{}, 1),
		log: f.opt.Log.With("feed", feed.Source.ID),
	}
	k.in = newInlet(f.journal, k.log, live.Mark{Name: mark(k.id)})
	k.in.fault, k.in.home = k.setFault, k.cameHome
	k.retry, k.state, k.since = defaultRetry, live.Connecting, time.Now()
	if feed.Paused {
		k.state, k.why = live.Stopped, endPaused
	}
	f.mu.Lock()
	f.keepers[k.id] = k
	f.mu.Unlock()
	return k
}

// Run loads the feeds and follows them until ctx ends. All that was received
// by then is committed when it returns.
func (f *Follower) Run(ctx context.Context) error {
	feeds, err := f.store.Feeds(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	f.edit.Lock()
	f.mu.Lock()
	f.ctx = ctx
	f.mu.Unlock()
	var wg sync.WaitGroup
	for _, feed := range feeds {
		if !feed.Removed.IsZero() {
			continue
		}
		if _, known := f.keeper(feed.Source.ID); known {
			continue // added before Run
		}
		f.newKeeper(feed, nil)
	}
	for _, k := range f.all() {
		if k.feed.Paused {
			wg.Go(func() {
				_ = k.recall(ctx)   // it is tried again when the feed is resumed
				_ = k.loadSecrets() // only to show which there are
				f.change()
			})
		}
		k.start(ctx)
	}
	f.edit.Unlock()
	f.change()
	wg.Wait()

	f.mind(ctx)

	f.edit.Lock() // whoever is in the middle of a change ends it first
	defer f.edit.Unlock()
	f.mu.Lock()
	f.ctx = nil
	f.mu.Unlock()
	for _, k := range f.all() {
		wg.Go(func() { k.halt(endClosed) })
	}
	wg.Wait()
	return nil
}

const (
	// lookAtClock is how soon it is noticed that the machine woke.
	lookAtClock = 2 * time.Second
	// asleep is how much the system's clock must be ahead of the other one,
	// which stands still while the machine sleeps.
	asleep = 5 * time.Second
)

// mind does what concerns all feeds, until ctx ends.
func (f *Follower) mind(ctx context.Context) {
	clock := time.NewTicker(lookAtClock)
	defer clock.Stop()
	before := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-clock.C:
			now := time.Now()
			if slept(before, now) > asleep {
				f.woke()
			}
			before = now
		}
	}
}

// slept returns how much further the system's clock has come than the
// monotonic one. Setting the clock forward looks the same; then a feed that
// waits is tried early, which does no harm.
func slept(before, now time.Time) time.Duration {
	return now.Round(0).Sub(before.Round(0)) - now.Sub(before)
}

func (f *Follower) woke() {
	f.opt.Log.Info("the machine was asleep, or its clock was set")
	for _, k := range f.all() {
		k.woke()
	}
}

// List returns all feeds, oldest first.
func (f *Follower) List() []Status {
	all := f.all()
	list := make([]Status, len(all))
	for i, k := range all {
		list[i] = k.status()
	}
	return list
}

// Get returns the feed of that name.
func (f *Follower) Get(name string) (Status, bool) {
	k, err := f.find(name)
	if err != nil {
		return Status{}, false
	}
	return k.status(), true
}

func (k *keeper) status() Status {
	h := k.health(time.Now())
	k.mu.Lock()
	defer k.mu.Unlock()
	s := Status{Feed: k.feed, Health: h, HasSecrets: secretNames(k.secrets)}
	s.Feed.Headers = slices.Clone(k.feed.Headers)
	if src, ok := k.journal.SourceByID(k.id); ok {
		s.Feed.Source = src // the journal has the last word on names and colours
	}
	return s
}

// SetMaxEvent sets the largest event taken from a feed, from the next event on.
func (f *Follower) SetMaxEvent(bytes int) { f.largest.Store(int64(bytes)) }

func (f *Follower) max() int { return int(f.largest.Load()) }

// Changed returns a channel that is closed when the state or the settings of
// any feed change, and a number that has grown by then.
func (f *Follower) Changed() (<-chan struct{}, int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed, f.version
}

func (f *Follower) change() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.version++
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *Follower) keeper(id int64) (*keeper, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok := f.keepers[id]
	return k, ok
}

func (f *Follower) find(name string) (*keeper, error) {
	if src, ok := f.journal.Source(name); ok {
		if k, ok := f.keeper(src.ID); ok {
			return k, nil
		}
	}
	return nil, live.Errorf("not_found", "There is no feed called %q.", name)
}

func (f *Follower) all() []*keeper {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]*keeper, 0, len(f.keepers))
	for _, k := range f.keepers {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b *keeper) int { return int(a.id - b.id) })
	return all
}

// Attempts returns the attempts of a feed, newest first.
func (f *Follower) Attempts(ctx context.Context, name string, limit int) ([]live.Attempt, error) {
	k, err := f.find(strings.TrimSpace(name))
	if err != nil {
		return nil, err
	}
	list, err := f.store.Attempts(ctx, k.id, time.Time{}, limit)
	if err != nil {
		return nil, err
	}
	return k.current(list, limit), nil
}
