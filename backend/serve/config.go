package serve

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/setting"
)

// A Config is what a Server is made of, and what can be chosen about it.
type Config struct {
	Journal  *journal.Journal
	Publish  *publish.Publisher
	Feeds    Feeds
	Samples  Samples
	Settings Settings
	Sessions SessionStore // nil forgets at the end which sessions were signed out
	Examples http.Handler // everything under /examples/
	Assets   fs.FS        // the dashboard
	Version  string

	// Token is what the console demands on TCP. Where it is empty nobody can
	// sign in, and only the window reaches the console.
	Token string
	// RequireToken demands it of publishers and subscribers too.
	RequireToken bool
	// Hosts are names under which this server may be addressed, and Origins
	// web sites whose pages may use it, besides loopback and its own pages.
	Hosts, Origins []string
	// TLS, where it is not nil, has the certificate: then everything is spoken
	// behind TLS, HTTP/1.1 and HTTP/2.
	TLS *tls.Config

	Heartbeat      time.Duration // between two comments of an idle stream; 0 means the default of the setting
	Retry          time.Duration // the reconnection time sent to clients; negative means the default of the setting
	MaxCatchUp     int64         // bytes that streams which read from the store hold together; 0 means 128 MiB
	MaxBodies      int64         // bytes of larger bodies that are in memory at the same time; 0 means 128 MiB
	WriteTimeout   time.Duration // after which a reader that has stopped is cut off; 0 means 10 s
	MaxConnections int           // at the same time; 0 means 10000
	MaxPerAddress  int           // of them from one address that is not loopback; 0 means 256

	Log *slog.Logger
}

func (c *Config) setDefaults() {
	if c.Heartbeat <= 0 {
		c.Heartbeat = time.Duration(setting.Heartbeat.Number()) * time.Second
	}
	if c.Retry < 0 {
		c.Retry = time.Duration(setting.Retry.Number()) * time.Millisecond
	}
	if c.MaxCatchUp <= 0 {
		c.MaxCatchUp = 128 << 20
	}
	if c.MaxBodies <= 0 {
		c.MaxBodies = 128 << 20
	}
	if c.WriteTimeout <= 0 {
		c.WriteTimeout = 10 * time.Second
	}
	if c.MaxConnections <= 0 {
		c.MaxConnections = 10_000
	}
	if c.MaxPerAddress <= 0 {
		c.MaxPerAddress = 256
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Hosts, c.Origins = slices.Clone(c.Hosts), slices.Clone(c.Origins)
	for i, host := range c.Hosts {
		c.Hosts[i] = hostname(host)
	}
	for i, origin := range c.Origins {
		// As a browser writes it.
		c.Origins[i] = strings.ToLower(strings.TrimRight(origin, "/"))
	}
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
	// Layout is what the window remembers, any object; SetLayout keeps one.
	Layout(context.Context) (json.RawMessage, error)
	SetLayout(context.Context, json.RawMessage) error
}
