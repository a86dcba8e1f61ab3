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
	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/setting"
	"signalbox/backend/suspend"
)

// A Store keeps the settings of feeds and the record of their attempts.
type Store interface {
	// Feeds returns all feeds, also those whose source was removed and may be
	// restored. A feed that cannot be read has its Source and a Fault only.
	Feeds(context.Context) ([]live.Feed, error)
	PutFeed(context.Context, live.Feed) error
	DeleteFeed(ctx context.Context, id int64) error
	// PutAttempt adds an attempt, or replaces the one with its number.
	PutAttempt(context.Context, live.Attempt) error
	// Attempts returns those that began at or after since, newest first.
	Attempts(ctx context.Context, source int64, since time.Time, limit int) ([]live.Attempt, error)
}

// A SecretStore keeps the secrets of feeds, as secrets.Store does.
type SecretStore interface {
	// Get returns the zero value where a feed has no secrets, and an Error where
	// they are not known.
	Get(id int64) (secrets.Stored, error)
	// Set replaces the secrets of a feed; the zero value deletes them. Either
	// nothing has changed when it fails, or undo restores what was before.
	Set(id int64, s secrets.Stored) (undo func() error, err error)
	// Retry lets the next question reach a keyring that has refused one.
	Retry()
	// Answered returns a channel that is closed when a keyring answers late.
	Answered() <-chan struct{}
}

// Options are what may be chosen about following feeds.
type Options struct {
	Log       *slog.Logger
	MaxEvent  int    // the largest event stored, in bytes; 0 means the default of the setting
	UserAgent string // sent to servers; empty means "Signalbox"
	// Fault is called with a sentence when no feed can be followed, and with ""
	// when they can be again.
	Fault func(sentence string)

	dial dial.DialFunc // for tests
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

// A Follower follows all feeds. Its methods are safe for use by several
// goroutines, and work whether Run runs or not.
type Follower struct {
	journal     *journal.Journal
	store       Store
	secretStore SecretStore
	opt         Options
	maxEvent    atomic.Int64
	changes     broadcast.Broadcast // of the state or the settings of any feed

	life sync.RWMutex    // held while a subscription is started: Run ends all that were
	ctx  context.Context // that of Run; nil while it does not run

	mu            sync.Mutex
	subscriptions map[int64]*subscription
	locks         map[int64]*sync.Mutex // one change of a feed at a time
	removed       map[int64]removedFeed // feeds that may be restored
	undos         map[int64]undoSteps   // of failed changes, to be tried again
}

// New returns a Follower. It follows nothing before Run.
func New(j *journal.Journal, store Store, secrets SecretStore, opt Options) *Follower {
	opt.setDefaults()
	f := &Follower{
		journal: j, store: store, secretStore: secrets, opt: opt,
		subscriptions: make(map[int64]*subscription), locks: make(map[int64]*sync.Mutex),
		removed: make(map[int64]removedFeed), undos: make(map[int64]undoSteps),
	}
	f.maxEvent.Store(int64(opt.MaxEvent))
	return f
}

// Run loads the feeds and follows them until ctx ends. When it returns, all is
// committed that was received and can be.
func (f *Follower) Run(ctx context.Context) error {
	feeds := f.loadFeeds(ctx)
	if ctx.Err() != nil {
		return nil
	}
	f.life.Lock()
	f.ctx = ctx
	f.life.Unlock()
	var wg sync.WaitGroup
	for _, feed := range feeds {
		if _, exists := f.subscription(feed.Source.ID); exists || !feed.Removed.IsZero() {
			continue // added before Run, or removed
		}
		if feed.Fault != "" {
			f.opt.Log.Error("a feed's settings cannot be read", "feed", feed.Name, "error", feed.Fault)
		}
		s := f.subscribe(feed, nil)
		if feed.Paused {
			wg.Go(func() {
				_ = s.loadState(ctx) // tried again when the feed is resumed
				f.changes.Notify()
			})
		}
	}
	for _, s := range f.all() {
		f.whenUnlocked(s, func() { f.start(s) })
	}
	f.changes.Notify()

	wg.Go(func() { f.runCleanUp(ctx) })
	suspend.Watch(ctx, f.woke)

	f.life.Lock()
	f.ctx = nil
	f.life.Unlock()
	for _, s := range f.all() {
		wg.Go(func() { s.stop(disconnect.Shutdown) })
	}
	wg.Wait()
	f.mu.Lock()
	unfinished, removed := slices.Collect(maps.Keys(f.undos)), slices.Collect(maps.Keys(f.removed))
	f.mu.Unlock()
	for _, id := range unfinished {
		_ = f.retryUndo(id) // the failure was logged, and this is the last try
	}
	for _, id := range removed {
		f.forgetRemoved(id)
	}
	return nil
}

// loadRetry is how long after a failure the settings are read again.
const loadRetry = 2 * time.Second

// loadFeeds reads the settings of all feeds. It tries again while the store
// cannot read them, until ctx ends.
func (f *Follower) loadFeeds(ctx context.Context) []live.Feed {
	for failed := false; ; failed = true {
		feeds, err := f.storedFeeds(ctx)
		if err == nil || ctx.Err() != nil {
			if failed {
				f.opt.Fault("")
			}
			return feeds
		}
		if !failed {
			f.opt.Log.Error("the feeds' settings cannot be read", "error", err)
			f.opt.Fault("No feed is followed: their settings cannot be read. " + err.Error())
		}
		select {
		case <-time.After(loadRetry):
		case <-ctx.Done():
			return nil
		}
	}
}

// storedFeeds returns all feeds of the store. One with an unusable address has a
// Fault.
func (f *Follower) storedFeeds(ctx context.Context) ([]live.Feed, error) {
	feeds, err := f.store.Feeds(ctx)
	for i := range feeds {
		feed := &feeds[i]
		if err := live.CheckURL(feed.URL); err != nil && feed.Fault == "" {
			feed.Fault = err.Error()
		}
	}
	return feeds, err
}

// cleanUpInterval is how often cleaning up is tried.
const cleanUpInterval = 2 * time.Second

// runCleanUp finishes from time to time what could not be finished at once. It
// may wait for the keyring, which the watch for a sleep must not.
func (f *Follower) runCleanUp(ctx context.Context) {
	ticker := time.NewTicker(cleanUpInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.cleanUp()
		}
	}
}

// woke is called when the machine was asleep.
func (f *Follower) woke() {
	f.opt.Log.Info("the machine was asleep, or its clock was set")
	for _, s := range f.all() {
		if waiting := s.monitor.Woke(); waiting {
			s.wake.Notify()
		}
	}
}

// List returns all feeds, oldest first.
func (f *Follower) List() []live.FeedStatus {
	all := f.all()
	list := make([]live.FeedStatus, len(all))
	for i, s := range all {
		list[i] = s.status()
	}
	return list
}

// Get returns the feed of that name.
func (f *Follower) Get(name string) (live.FeedStatus, bool) {
	s, err := f.find(name)
	if err != nil {
		return live.FeedStatus{}, false
	}
	return s.status(), true
}

// Changed returns a channel that is closed when the state or the settings of
// any feed change, and a number that has grown by then.
func (f *Follower) Changed() (<-chan struct{}, int64) { return f.changes.Wait() }

// Attempts returns the attempts of a feed, newest first, the present one
// included.
func (f *Follower) Attempts(ctx context.Context, name string, limit int) ([]live.Attempt, error) {
	s, err := f.find(strings.TrimSpace(name))
	if err != nil {
		return nil, err
	}
	list, err := f.store.Attempts(ctx, s.id, time.Time{}, limit)
	if err != nil {
		return nil, err
	}
	return s.monitor.AddPresent(list, limit), nil
}

// SetMaxEvent sets the largest event stored, in bytes, from the next event on.
func (f *Follower) SetMaxEvent(bytes int) { f.maxEvent.Store(int64(bytes)) }

// MaxEvent returns the largest event stored, in bytes.
func (f *Follower) MaxEvent() int { return int(f.maxEvent.Load()) }

// subscription returns the subscription of a feed.
func (f *Follower) subscription(id int64) (*subscription, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.subscriptions[id]
	return s, ok
}

// find returns the subscription of the feed of that name, or an Error.
func (f *Follower) find(name string) (*subscription, error) {
	if src, ok := f.journal.Source(name); ok {
		if s, ok := f.subscription(src.ID); ok {
			return s, nil
		}
	}
	return nil, noFeed(name)
}

func noFeed(name string) error {
	return live.Errorf("not_found/feed", `There is no feed called "{name}".`, "name", name)
}

// all returns all subscriptions, oldest first.
func (f *Follower) all() []*subscription {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.SortedFunc(maps.Values(f.subscriptions), func(a, b *subscription) int { return int(a.id - b.id) })
}
