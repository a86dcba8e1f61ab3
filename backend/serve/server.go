package serve

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/serve/bookmarks"
	"signalbox/backend/serve/console"
	"signalbox/backend/serve/dashboard"
	"signalbox/backend/serve/exports"
	"signalbox/backend/serve/guard"
	"signalbox/backend/serve/history"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/serve/listener"
	"signalbox/backend/serve/moment"
	"signalbox/backend/serve/stream"
)

// A Server is the local server.
type Server struct {
	journal   *journal.Journal
	publisher *publish.Publisher
	log       *slog.Logger
	tls       *tls.Config // nil without TLS
	limits    listener.Limits
	timeout   time.Duration // of a write
	examples  http.Handler  // may be nil

	guard     *guard.Guard
	bodies    *httpapi.Bodies
	streams   *stream.Hub
	readers   *history.Readers
	history   *history.History
	exports   *exports.Exports
	console   *console.Console
	bookmarks *bookmarks.Bookmarks
	moment    *moment.Moment
	dashboard *dashboard.Dashboard
	metrics   *metrics
	faults    faults

	address        atomic.Pointer[address]
	sourcesVersion atomic.Int64  // the journal's, when a change of the sources was last announced
	done           chan struct{} // closed when the server shuts down
	shutdown       sync.Once
	routes         http.Handler
}

// An address is where the server listens, and what a user should know about
// that.
type address struct {
	listens string
	notice  live.Text // zero if there is nothing to know
}

// New returns a server. Serve runs it.
func New(cfg Config) *Server {
	cfg.setDefaults()
	s := &Server{
		journal: cfg.Journal, publisher: cfg.Publish, log: cfg.Log, tls: cfg.TLS, timeout: cfg.WriteTimeout, examples: cfg.Examples,
		limits: listener.Limits{Connections: cfg.MaxConnections, PerAddress: cfg.MaxPerAddress},
		bodies: httpapi.NewBodies(cfg.MaxBodies),
		done:   make(chan struct{}),
	}
	s.address.Store(&address{})
	s.guard = guard.New(guard.Options{
		Token: cfg.Token, RequireToken: cfg.RequireToken, Hosts: cfg.Hosts, Origins: cfg.Origins,
		Epoch: cfg.Journal.Epoch(), Sessions: cfg.Sessions, Done: s.done, Log: cfg.Log,
		Refused: func() { s.console.ChangedSoon() },
	})
	s.readers = history.NewReaders()
	s.history = history.New(cfg.Journal, s.readers, s.guard.FromScreen)
	s.exports = exports.New(cfg.Journal, s.history, s.done)
	s.streams = stream.New(stream.Options{
		Journal: cfg.Journal, Sources: sourceFinder{s}, Readers: s.readers, Reserve: listener.ReserveStream,
		ClientsChanged: func() { s.console.ChangedSoon() },
		Heartbeat:      cfg.Heartbeat, Retry: cfg.Retry, WriteTimeout: cfg.WriteTimeout, MaxCatchUp: cfg.MaxCatchUp, Log: cfg.Log,
	})
	s.console = console.New(console.Options{
		Journal: cfg.Journal, Feeds: cfg.Feeds, Samples: cfg.Samples, Settings: cfg.Settings,
		Clients: s.streams, Server: consoleServer{s}, Bodies: s.bodies, Version: cfg.Version,
	})
	s.bookmarks = bookmarks.New(cfg.Journal, s.bodies, s.console.Changed)
	s.moment = moment.New(cfg.Attempts, cfg.Feeds)
	s.dashboard = dashboard.New(cfg.Assets, cfg.Look, s.guard, s.bodies)
	s.publisher.CountClients(s.streams.Reached)
	s.metrics = newMetrics(s, cfg.Feeds)
	s.routes = s.mux()
	return s
}

// SetAddress says where the server listens, such as "127.0.0.1:4480". The
// notice is for the user where that is not the expected address, else zero.
func (s *Server) SetAddress(listens string, notice live.Text) {
	s.address.Store(&address{listens, notice})
	s.Changed()
}

// SetTiming changes the heartbeat and the reconnection time while the server
// runs. 0 and a negative time mean the defaults, as in Config.
func (s *Server) SetTiming(heartbeat, retry time.Duration) {
	s.streams.SetTiming(timing(heartbeat, retry))
	s.Changed()
}

// SetOrigins replaces the web sites whose pages may use the server, as in Config.
func (s *Server) SetOrigins(origins []string) {
	s.guard.SetOrigins(origins)
	s.Changed()
}

// Changed announces that something in /api/state has changed that is no
// counter.
func (s *Server) Changed() { s.console.Changed() }

// checkSources announces sources that came, went or were renamed, whoever did
// that.
func (s *Server) checkSources() {
	if v := s.journal.SourcesVersion(); s.sourcesVersion.Load() != v && s.sourcesVersion.Swap(v) != v {
		s.sourcesChanged()
	}
}

func (s *Server) sourcesChanged() {
	s.streams.SourcesChanged()
	s.Changed()
}

// Clients returns how many clients follow any of the sources; all clients
// where none is named.
func (s *Server) Clients(sources ...string) int {
	if len(sources) == 0 {
		return s.streams.Clients()
	}
	ids := make([]int64, 0, len(sources))
	for _, name := range sources {
		if src, ok := s.journal.Source(name); ok {
			ids = append(ids, src.ID)
		}
	}
	return s.streams.Followers(ids...)
}

// A sourceFinder finds sources for streams. A channel that does not exist comes
// into being.
type sourceFinder struct{ s *Server }

func (f sourceFinder) Source(ctx context.Context, name string) (live.Source, error) {
	defer f.s.checkSources()
	return f.s.publisher.Source(ctx, name)
}

// A consoleServer shows the server to its console.
type consoleServer struct{ s *Server }

func (c consoleServer) Address() (listens, url string, notice live.Text) {
	a := c.s.address.Load()
	return a.listens, guard.LocalURL(a.listens, c.s.tls != nil), a.notice
}

func (c consoleServer) IsOwnURL(url string) bool {
	return c.s.guard.IsOwnURL(url, c.s.address.Load().listens)
}

func (c consoleServer) RefusedPages() (list []console.RefusedPage) {
	for _, page := range c.s.guard.RefusedPages() {
		list = append(list, console.RefusedPage(page))
	}
	return list
}

func (c consoleServer) ForgetRefused(origin string) bool { return c.s.guard.ForgetRefused(origin) }

func (c consoleServer) Faults() []live.Text   { return c.s.faults.list() }
func (c consoleServer) SourcesChanged()       { c.s.streams.SourcesChanged() }
func (c consoleServer) CheckSources()         { c.s.checkSources() }
func (c consoleServer) Done() <-chan struct{} { return c.s.done }
