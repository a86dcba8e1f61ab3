package serve

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/wire"
)

// A Server is the local server.
type Server struct {
	j         *journal.Journal
	publisher *publish.Publisher
	cfg       atomic.Pointer[Config]
	encode    func(*live.Message) []byte // a message's frame

	strips   strips
	clients  clients
	changes  changes
	fault    lastFault
	faults   faults
	meter    meter
	catching catching
	reading  budget // of requests that read history
	pages    budget // of what they have read
	bodies   budget // of bodies that are being read, or worked on
	metrics  *metrics
	sessions *sessions
	tries    tries
	address  atomic.Pointer[address]
	sources  atomic.Int64  // the journal's version of its sources that was told
	ending   chan struct{} // closed when the server begins to end
	ended    sync.Once
	routes   http.Handler
}

// New returns a server. Serve runs it.
func New(cfg Config) *Server {
	cfg.setDefaults()
	epoch := cfg.Journal.Epoch()
	s := &Server{
		j:         cfg.Journal,
		publisher: cfg.Publish,
		encode:    func(m *live.Message) []byte { return wire.Frame(epoch, m) },
		ending:    make(chan struct{}),
		sessions:  newSessions(epoch, cfg.Token, cfg.Sessions, cfg.Log),
	}
	s.cfg.Store(&cfg)
	s.address.Store(&address{})
	s.changes.init()
	s.clients.init(s.changes.ringSoon)
	s.publisher.CountClients(s.clients.reached)
	s.metrics = newMetrics(s)
	s.routes = s.mux()
	return s
}

// Handler answers on TCP.
func (s *Server) Handler() http.Handler { return s.recovered(s.guarded(s.routes)) }

// Window answers the window: without a token and a guard, because nobody else
// reaches it. It needs neither Flusher nor a context that ends, which Wails'
// asset server does not give.
func (s *Server) Window() http.Handler {
	return s.recovered(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Body == nil { // as it never is on TCP
			r.Body = http.NoBody
		}
		s.routes.ServeHTTP(w, r.WithContext(inWindow(r.Context())))
	}))
}

// SetAddress says where it listens, and what a user should know about that.
func (s *Server) SetAddress(listens, notice string) {
	s.address.Store(&address{listens, notice})
	s.Changed()
}

// Reconfigure changes heartbeat, reconnection time and limits while running.
func (s *Server) Reconfigure(change func(*Config)) {
	for {
		old := s.cfg.Load()
		cfg := *old
		change(&cfg)
		cfg.setDefaults()
		if s.cfg.CompareAndSwap(old, &cfg) {
			s.Changed()
			return
		}
	}
}

// Changed says that something in /api/state that is no counter has changed.
func (s *Server) Changed() { s.changes.ring() }

// noticeSources tells of sources that came, went or were renamed, whoever did
// that.
func (s *Server) noticeSources() {
	if v := s.j.SourcesVersion(); s.sources.Load() != v && s.sources.Swap(v) != v {
		s.sourcesChanged()
	}
}

// sourcesChanged says that sources came, went, or were renamed.
func (s *Server) sourcesChanged() {
	s.clients.refollow()
	s.changes.ring()
}

// Clients returns how many clients follow any of the sources; all clients
// where none is named.
func (s *Server) Clients(sources ...string) int {
	if len(sources) == 0 {
		return s.clients.count()
	}
	ids := make([]int64, 0, len(sources))
	for _, name := range sources {
		if src, ok := s.j.Source(name); ok {
			ids = append(ids, src.ID)
		}
	}
	return s.clients.following(ids)
}

func (s *Server) config() *Config { return s.cfg.Load() }

// stamp rounds a time to what the API writes: microseconds, in UTC.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Microsecond)
}
