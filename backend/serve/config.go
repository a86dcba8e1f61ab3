package serve

import (
	"crypto/tls"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/publish"
	"signalbox/backend/serve/console"
	"signalbox/backend/serve/dashboard"
	"signalbox/backend/serve/guard"
	"signalbox/backend/serve/listener"
	"signalbox/backend/serve/moment"
	"signalbox/backend/setting"
)

// A Config is what a Server is made of, and what can be chosen about it.
type Config struct {
	Journal  *journal.Journal
	Publish  *publish.Publisher
	Feeds    console.Feeds
	Attempts moment.Attempts // of the feeds
	Samples  console.Samples
	Settings console.Settings
	Sessions guard.SessionStore // nil forgets at the end which sessions were signed out
	Examples http.Handler       // everything under /examples/
	Assets   fs.FS              // the dashboard
	Look     dashboard.Look     // of the dashboard when it is opened; nil means the system's
	Version  string

	// Token is what the console demands on TCP. Where it is empty nobody can
	// sign in, and only the window reaches the console.
	Token string
	// RequireToken demands it of publishers and subscribers too.
	RequireToken bool
	// Hosts are names under which this server may be addressed, and Origins
	// web sites whose pages may use it, besides loopback and its own pages.
	Hosts, Origins []string
	// TLS has the certificate. Where it is not nil, the server speaks only TLS,
	// with HTTP/1.1 and HTTP/2.
	TLS *tls.Config

	Heartbeat      time.Duration // between two comments of an idle stream; 0 means the default of the setting
	Retry          time.Duration // the reconnection time sent to clients; negative means the default of the setting
	MaxCatchUp     int64         // bytes that streams which read from the store hold together; 0 means 128 MiB
	MaxBodies      int64         // bytes of larger bodies that are in memory at the same time; 0 means 128 MiB
	WriteTimeout   time.Duration // after which a client that has stopped reading is cut off; 0 means 10 s
	MaxConnections int           // at the same time; 0 means 10,496: 10,240 of them can carry streams
	MaxPerAddress  int           // of them from one address that is not loopback; 0 means 256

	Log *slog.Logger
}

func (c *Config) setDefaults() {
	c.Heartbeat, c.Retry = timing(c.Heartbeat, c.Retry)
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
		c.MaxConnections = 10_240 + listener.WithoutStream
	}
	if c.MaxPerAddress <= 0 {
		c.MaxPerAddress = 256
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// timing returns the heartbeat and the reconnection time, with their defaults.
func timing(heartbeat, retry time.Duration) (time.Duration, time.Duration) {
	if heartbeat <= 0 {
		heartbeat = time.Duration(setting.Heartbeat.Number()) * time.Second
	}
	if retry < 0 {
		retry = time.Duration(setting.Retry.Number()) * time.Millisecond
	}
	return heartbeat, retry
}
