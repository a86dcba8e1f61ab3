package console

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/gapcount"
	"signalbox/backend/serve/httpapi"
)

// Options are what a Console is made of.
type Options struct {
	Journal  *journal.Journal
	Feeds    Feeds
	Samples  Samples
	Settings Settings
	Clients  Clients
	Server   Server
	Bodies   *httpapi.Bodies
	Version  string // of the program
}

// Feeds are the feeds that the console shows and changes.
type Feeds interface {
	List() []live.FeedStatus
	Get(name string) (live.FeedStatus, bool)
	Add(context.Context, live.Feed, live.Secrets) (live.FeedStatus, error)
	// Edit replaces a feed's settings; its secrets too where they are not nil.
	Edit(ctx context.Context, name string, f live.Feed, s *live.Secrets) (live.FeedStatus, error)
	Remove(ctx context.Context, name string) error
	Restore(ctx context.Context, id int64) (live.FeedStatus, error)
	Pause(ctx context.Context, name string) error
	Resume(ctx context.Context, name string) error
	Reconnect(name string) error
	ReconnectAll()
	// Check tries a feed once without keeping anything.
	Check(context.Context, live.Feed, live.Secrets) live.FeedCheck
	Attempts(ctx context.Context, name string, limit int) ([]live.Attempt, error)
	// Changed returns a channel that is closed when the settings or the state
	// of any feed changes, and a number that has grown by then.
	Changed() (<-chan struct{}, int64)
}

// Samples are the sample events.
type Samples interface {
	Start(context.Context) error
	Stop(context.Context) error
	Running() bool
	// Remove stops them and removes all sources that they made. It returns
	// those that it removed, also with an error.
	Remove(context.Context) ([]live.Source, error)
	// Made returns the sources that they made and that are there.
	Made() []live.Source
}

// Settings are what the settings screen shows and changes. They are encoded
// as they come.
type Settings interface {
	Settings() any
	// Change applies an object with some of the settings and returns them all.
	Change(ctx context.Context, patch json.RawMessage) (any, error)
	// Layout returns the layout of the screens, any JSON object; SetLayout stores
	// one.
	Layout(context.Context) (json.RawMessage, error)
	SetLayout(context.Context, json.RawMessage) error
}

// Clients are the clients of the local server.
type Clients interface {
	Clients() int
	// Followers returns how many follow any of the sources.
	Followers(sources ...int64) int
	// FollowersBySource returns how many follow each source by its name, and how
	// many follow all.
	FollowersBySource() (bySource map[int64]int, ofAll int)
	// Delivered returns how many messages and bytes were sent to clients.
	Delivered() (messages, bytes int64)
}

// Server is what the console shows of the server that it is a part of.
type Server interface {
	// Address returns where the server listens, its URL, and a notice for the user
	// where it does not listen where the user expects it, else the zero Text.
	Address() (address, url string, notice live.Text)
	// IsOwnURL reports whether a URL leads to the server itself.
	IsOwnURL(url string) bool
	// RefusedPages returns the origins of web pages that were refused, the newest
	// request first. ForgetRefused removes one of them, and reports whether it was
	// there.
	RefusedPages() []RefusedPage
	ForgetRefused(origin string) bool
	// Faults returns a sentence about each part of the program that does not work.
	Faults() []live.Text
	// SourcesChanged is called after the console has changed sources, and
	// CheckSources when somebody else may have.
	SourcesChanged()
	CheckSources()
	// Done is closed when the server shuts down.
	Done() <-chan struct{}
}

// A Console answers the requests of Signalbox's own screens.
type Console struct {
	journal  *journal.Journal
	feeds    Feeds
	samples  Samples
	settings Settings
	clients  Clients
	server   Server
	bodies   *httpapi.Bodies
	version  string

	rates   rates
	gaps    *gapcount.Counter
	changes broadcast.Broadcast // of anything in /api/state but counters
	log     *changeLog          // of sources, for /api/state?since=

	layout sync.Mutex // held while a change is stored in the layout

	mu             sync.Mutex
	changedPending bool   // whether Changed will be called in a moment
	storeFault     string // the journal's last sentence about its store
}

// New returns a Console. Run must be called for its rates.
func New(opt Options) *Console {
	return &Console{
		journal: opt.Journal, feeds: opt.Feeds, samples: opt.Samples, settings: opt.Settings,
		clients: opt.Clients, server: opt.Server, bodies: opt.Bodies, version: opt.Version,
		gaps: gapcount.New(opt.Journal), log: newChangeLog(),
	}
}

// Changed announces that something in /api/state has changed that is no
// counter.
func (c *Console) Changed() { c.changes.Notify() }

// changedSoonTime is how long changes that come in swarms are gathered.
const changedSoonTime = 250 * time.Millisecond

// ChangedSoon calls Changed in a moment, once for all calls until then.
func (c *Console) ChangedSoon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changedPending {
		return
	}
	c.changedPending = true
	time.AfterFunc(changedSoonTime, func() {
		c.mu.Lock()
		c.changedPending = false
		c.mu.Unlock()
		c.Changed()
	})
}

// sourcesChanged is called after a request has changed sources.
func (c *Console) sourcesChanged() {
	c.server.SourcesChanged()
	c.Changed()
}

// checkStore announces a change of the store's health, which comes without a
// message.
func (c *Console) checkStore() {
	stats := c.journal.Stats()
	fault := ""
	if e := stats.Trouble(); e != nil {
		fault = e.Error()
	}
	c.mu.Lock()
	changed := c.storeFault != fault
	c.storeFault = fault
	c.mu.Unlock()
	if changed {
		c.Changed()
	}
}

// apiTime rounds a time as the API writes it: microseconds, in UTC.
func apiTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Microsecond)
}
