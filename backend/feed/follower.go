package feed

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// A Store keeps the feeds' settings and the record of their attempts.
type Store interface {
	// Feeds returns all feeds, also those whose source was removed: these may
	// be restored. One that cannot be read has its Source and a Fault only.
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
	MaxEvent  int    // the largest event taken from a feed, in bytes; 0 means the default of the setting
	UserAgent string // what servers are told; empty means "Signalbox"
	// Fault is called when no feed can be followed, with a sentence, and with
	// "" when they can be again.
	Fault func(sentence string)

	dial dialer // for tests
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fault == nil {
		o.Fault = func(string) {}
	}
	if o.MaxEvent <= 0 {
		o.MaxEvent = int(setting.MaxEvent.Number())
	}
	if o.UserAgent == "" {
		o.UserAgent = "Signalbox"
	}
}

// A Follower follows all feeds.
type Follower struct {
	journal *journal.Journal
	store   Store
	vault   Secrets
	opt     Options
	dial    dialer
	largest atomic.Int64

	changes broadcast.Broadcast // of the state or the settings of any feed

	life sync.RWMutex    // held while a keeper is started, so that none is once Run ends them
	ctx  context.Context // that of Run; nil while it does not run

	mu      sync.Mutex
	edits   map[int64]*sync.Mutex // one change of a feed at a time
	keepers map[int64]*keeper
	removed map[int64]removed // feeds that may be restored
	undos   map[int64]steps   // of failed changes, to be tried again
}

// New returns a Follower; Run makes it work.
func New(j *journal.Journal, store Store, secrets Secrets, opt Options) *Follower {
	opt.setDefaults()
	f := &Follower{
		journal: j, store: store, vault: secrets, opt: opt, dial: opt.dial,
		edits: make(map[int64]*sync.Mutex), keepers: make(map[int64]*keeper), removed: make(map[int64]removed),
		undos: make(map[int64]steps),
	}
	f.largest.Store(int64(opt.MaxEvent))
	return f
}

// newKeeper adds a keeper of a feed to the list, or returns the one that is
// there. It does not start it.
func (f *Follower) newKeeper(feed live.Feed, secrets *live.Secrets) *keeper {
	k := &keeper{
		Follower: f, id: feed.Source.ID, feed: feed, secrets: secrets, kick: make(chan struct{}, 1),
		log: f.opt.Log.With("feed", feed.Source.ID),
	}
	k.in = newInlet(f.journal, k.log, live.Mark{Name: mark(k.id)})
	k.in.fault, k.in.home = k.setFault, k.cameHome
	k.retry, k.state, k.since = defaultRetry, live.Connecting, time.Now()
	if end := k.stopped(); end != nil {
		k.state, k.why = live.Stopped, end
	}
	f.mu.Lock()
	there, known := f.keepers[k.id]
	if !known {
		f.keepers[k.id] = k
	}
	f.mu.Unlock()
	if !known {
		return k
	}
	if secrets != nil { // Run has met it while it was being added
		there.mu.Lock()
		there.feed, there.secrets = feed, secrets
		there.mu.Unlock()
	}
	return there
}

// Run loads the feeds and follows them until ctx ends. All that was received
// by then is committed when it returns.
func (f *Follower) Run(ctx context.Context) error {
	feeds, err := f.load(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	f.life.Lock()
	f.ctx = ctx
	f.life.Unlock()
	var wg sync.WaitGroup
	for _, feed := range feeds {
		if _, known := f.keeper(feed.Source.ID); known || !feed.Removed.IsZero() {
			continue // added before Run, or to be restored
		}
		if feed.Fault != "" {
			f.opt.Log.Error("a feed's settings cannot be read", "feed", feed.Name, "error", feed.Fault)
		}
		k := f.newKeeper(feed, nil)
		if feed.Paused {
			wg.Go(func() {
				_ = k.recall(ctx) // it is tried again when the feed is resumed
				f.change()
			})
		}
	}
	for _, k := range f.all() {
		f.whenFree(k, func() { f.begin(k) })
	}
	f.change()

	wg.Go(func() { f.runCleanUp(ctx) })
	f.mind(ctx)

	f.life.Lock()
	f.ctx = nil
	f.life.Unlock()
	for _, k := range f.all() {
		wg.Go(func() { k.halt(endClosed) })
	}
	wg.Wait()
	f.mu.Lock()
	unfinished, gone := slices.Collect(maps.Keys(f.undos)), slices.Collect(maps.Keys(f.removed))
	f.mu.Unlock()
	for _, id := range unfinished {
		_ = f.retryUndo(id) // it was logged, and is the last try
	}
	for _, id := range gone {
		f.forget(id)
	}
	return nil
}

// load reads the feeds' settings, again and again while the store cannot: a
// feed without settings is one that nobody follows.
func (f *Follower) load(ctx context.Context) ([]live.Feed, error) {
	for failed := false; ; failed = true {
		feeds, err := f.feeds(ctx)
		if err == nil || ctx.Err() != nil {
			if failed {
				f.opt.Fault("")
			}
			return feeds, nil
		}
		if !failed {
			f.opt.Log.Error("the feeds' settings cannot be read", "error", err)
			f.opt.Fault("No feed is followed: their settings cannot be read. " + err.Error())
		}
		select {
		case <-time.After(retryLoad):
		case <-ctx.Done():
			return nil, nil
		}
	}
}

// feeds returns what the store has of all feeds.
func (f *Follower) feeds(ctx context.Context) ([]live.Feed, error) {
	feeds, err := f.store.Feeds(ctx)
	for i := range feeds {
		feed := &feeds[i]
		if err := live.CheckURL(feed.URL); err != nil && feed.Fault == "" {
			feed.Fault = err.Error()
		}
	}
	return feeds, err
}

// runCleanUp finishes what could not be finished at once, until ctx ends. It may
// wait for the keyring, which the clock's watch must not.
func (f *Follower) runCleanUp(ctx context.Context) {
	tick := time.NewTicker(lookAtClock)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.cleanUp()
		}
	}
}

const (
	// retryLoad is how often settings that cannot be read are tried again.
	retryLoad = 2 * time.Second
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
func (f *Follower) List() []live.FeedStatus {
	all := f.all()
	list := make([]live.FeedStatus, len(all))
	for i, k := range all {
		list[i] = k.status()
	}
	return list
}

// Get returns the feed of that name.
func (f *Follower) Get(name string) (live.FeedStatus, bool) {
	k, err := f.find(name)
	if err != nil {
		return live.FeedStatus{}, false
	}
	return k.status(), true
}

func (k *keeper) status() live.FeedStatus {
	h := k.health(time.Now())
	k.mu.Lock()
	defer k.mu.Unlock()
	s := live.FeedStatus{Feed: k.feed, Health: h, HasSecrets: k.secretNames()}
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
func (f *Follower) Changed() (<-chan struct{}, int64) { return f.changes.Wait() }

func (f *Follower) change() { f.changes.Notify() }

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
	return nil, noFeed(name)
}

func noFeed(name string) error { return live.Errorf("not_found", "There is no feed called %q.", name) }

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
