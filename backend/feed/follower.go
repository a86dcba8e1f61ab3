package feed

import (
	"context"
	"errors"
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

// A Store stores the settings of feeds and the records of their attempts.
type Store interface {
	// Feeds returns all feeds, including removed feeds that can be restored. A feed
	// that cannot be read has only its Source and a Fault.
	Feeds(context.Context) ([]live.Feed, error)
	PutFeed(context.Context, live.Feed) error
	DeleteFeed(ctx context.Context, id int64) error
	// PutAttempt adds an attempt, or replaces the attempt with its number.
	PutAttempt(context.Context, live.Attempt) error
	// Attempts returns the attempts that began at or after since, newest first.
	Attempts(ctx context.Context, source int64, since time.Time, limit int) ([]live.Attempt, error)
}

// A SecretStore stores the secrets of feeds, as secrets.Store does.
type SecretStore interface {
	// Get returns the zero value if a feed has no secrets, and an Error if they are
	// not known.
	Get(id int64) (secrets.Stored, error)
	// Set replaces the secrets of a feed; the zero value deletes them. If it returns
	// an error, nothing has changed. Otherwise undo restores the earlier secrets.
	Set(id int64, s secrets.Stored) (undo func() error, err error)
	// AskAgain ends the pause after a refusal of the keyring.
	AskAgain()
	// Answered returns a channel that is closed when the keyring answers after the
	// timeout.
	Answered() <-chan struct{}
}

// Options configure a Follower.
type Options struct {
	Log       *slog.Logger
	MaxEvent  int    // the largest event stored, in bytes; 0 means the default of the setting
	UserAgent string // sent to servers; empty means "Signalbox"
	// Fault is called with a sentence when no feed can be followed, and with none when
	// the feeds can be followed again.
	Fault func(live.Text)

	dial dial.DialFunc // for tests
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Fault == nil {
		o.Fault = func(live.Text) {}
	}
	if o.MaxEvent <= 0 {
		o.MaxEvent = int(setting.MaxEvent.Number())
	}
	if o.UserAgent == "" {
		o.UserAgent = "Signalbox"
	}
}

// A Follower follows all feeds. Its methods may be called from any goroutine,
// whether Run is running or not.
type Follower struct {
	journal     *journal.Journal
	store       Store
	secretStore SecretStore
	opt         Options
	maxEvent    atomic.Int64
	changes     broadcast.Broadcast // of the state or the settings of any feed
	locks       sync.Map            // a *sync.Mutex for each feed's id: one change of a feed at a time

	life sync.RWMutex    // held while a subscription starts, so that Run ends all of them
	ctx  context.Context // of Run; nil while Run is not running

	mu            sync.Mutex
	subscriptions map[int64]*subscription
	removed       map[int64]removedFeed // feeds that can be restored
	undos         map[int64]undoSteps   // steps of failed changes that are not yet undone
}

// New returns a Follower. It follows nothing before Run.
func New(j *journal.Journal, store Store, secrets SecretStore, opt Options) *Follower {
	opt.setDefaults()
	f := &Follower{
		journal: j, store: store, secretStore: secrets, opt: opt,
		subscriptions: make(map[int64]*subscription), removed: make(map[int64]removedFeed), undos: make(map[int64]undoSteps),
	}
	f.maxEvent.Store(int64(opt.MaxEvent))
	return f
}

// Run loads the feeds and follows them until ctx ends. Before it returns, it
// commits all received messages, unless the journal cannot write.
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
		if feed.Fault.English != "" {
			f.opt.Log.Error("a feed's settings cannot be read", "feed", feed.Name, "error", feed.Fault.English)
		}
		s := f.subscribe(feed, nil)
		if feed.Paused {
			wg.Go(func() {
				_ = s.loadState(ctx) // repeated when the feed is resumed
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
		_ = f.finishUndo(id) // rollBack has logged the failure
	}
	for _, id := range removed {
		f.forgetRemoved(id)
	}
	return nil
}

// loadPause is the pause after a failure to read the settings.
const loadPause = 2 * time.Second

// loadFeeds reads the settings of all feeds. If that fails, it repeats until ctx
// ends.
func (f *Follower) loadFeeds(ctx context.Context) []live.Feed {
	for failed := false; ; failed = true {
		feeds, err := f.storedFeeds(ctx)
		if err == nil || ctx.Err() != nil {
			if failed {
				f.opt.Fault(live.Text{})
			}
			return feeds
		}
		if !failed {
			f.opt.Log.Error("the feeds' settings cannot be read", "error", err)
			fault := live.Textf("part_fault/settings", "No feed is followed: their settings cannot be read.")
			if e, ok := errors.AsType[*live.Error](err); ok {
				fault = fault.Then(e.AsText())
			}
			f.opt.Fault(fault)
		}
		select {
		case <-time.After(loadPause):
		case <-ctx.Done():
			return nil
		}
	}
}

// storedFeeds returns all feeds of the store, and sets the Fault of a feed with an
// unusable address.
func (f *Follower) storedFeeds(ctx context.Context) ([]live.Feed, error) {
	feeds, err := f.store.Feeds(ctx)
	for i := range feeds {
		feed := &feeds[i]
		if err := live.CheckURL(feed.URL); err != nil && feed.Fault.English == "" {
			feed.Fault = live.Cause(err)
		}
	}
	return feeds, err
}

// cleanUpInterval is the time between two calls of cleanUp.
const cleanUpInterval = 2 * time.Second

// runCleanUp calls cleanUp until ctx ends. It has its own goroutine because
// cleanUp may wait for the keyring.
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

// woke is called when the machine wakes.
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

// Get returns the feed with a name.
func (f *Follower) Get(name string) (live.FeedStatus, bool) {
	s, err := f.find(name)
	if err != nil {
		return live.FeedStatus{}, false
	}
	return s.status(), true
}

// Changed returns a channel that is closed when the state or the settings of any
// feed change, and the number of changes so far.
func (f *Follower) Changed() (<-chan struct{}, int64) { return f.changes.Wait() }

// Attempts returns the attempts of a feed, newest first, including the present
// one.
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

// find returns the subscription of the feed with a name, or an Error.
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
