package stream

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// The reasons why a stream ends that are not errors of its connection.
var (
	errShutdown     = errors.New("the server is shutting down")
	errDisconnected = errors.New("the user disconnected the client")
)

// A client is somebody who is connected to the local server and follows
// sources.
type client struct {
	id       int64
	address  string
	agent    string
	protocol string
	resumed  string // the id that it resumed after
	names    []string
	types    []string
	since    time.Time

	ctx context.Context // ends with the stream
	end context.CancelCauseFunc

	cursor atomic.Pointer[cursor.Cursor]
	last   atomic.Int64 // number of the last message sent
	sent   atomic.Int64 // messages
	bytes  atomic.Int64

	sources []int64        // that it follows now; guarded by clients.mu
	q       string         // the text of its filter
	filter  *filter.Filter // of types and q; nil for all messages

	mu     sync.Mutex
	sender *sender            // nil until the stream is open
	lookUp bool               // whether sources have changed since it looked them up
	wakeUp context.CancelFunc // ends the wait of the stream
}

func newClient(r *http.Request, sub *subscription) *client {
	c := &client{
		address: r.RemoteAddr, agent: strings.Clone(r.UserAgent()), protocol: strings.Clone(r.Proto), resumed: sub.resume,
		names: sub.names, types: sub.types, since: time.Now(),
		sources: sub.sources, q: sub.q, filter: sub.filter,
	}
	c.ctx, c.end = context.WithCancelCause(context.Background())
	return c
}

// wants reports whether the client may want messages of a kind.
func (c *client) wants(k live.Kind) bool { return c.filter == nil || c.filter.Wants(k) }

// wait returns a context that the stream waits with. It ends after d, and when
// sources have changed.
func (c *client) wait(d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(c.ctx, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakeUp = cancel
	if c.lookUp {
		cancel()
	}
	return ctx, cancel
}

// sourcesChanged makes the stream look up its sources again.
func (c *client) sourcesChanged() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookUp = true
	if c.wakeUp != nil {
		c.wakeUp()
	}
}

// mustLookUp reports whether sources have changed since it was last called.
func (c *client) mustLookUp() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := c.lookUp
	c.lookUp = false
	return changed
}

// setSender hands over the sender of the stream, once it is open.
func (c *client) setSender(s *sender) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sender = s
	if errors.Is(context.Cause(c.ctx), errShutdown) {
		s.shortenTimeout()
	}
}

// shutdown ends the stream. A client that has stopped reading has little time
// left.
func (c *client) shutdown() {
	c.end(errShutdown)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sender != nil {
		c.sender.shortenTimeout()
	}
}

// abort ends the stream and the write under way.
func (c *client) abort(reason error) {
	c.end(reason)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sender != nil {
		c.sender.abort(reason)
	}
}

// clients are all that are connected. Publishers ask how many clients a message
// reaches, so that is counted as clients come and go.
type clients struct {
	changed func()
	// detached counts the streams that go on when their handlers have returned.
	detached sync.WaitGroup

	mu       sync.RWMutex
	lastID   int64
	stopped  bool
	all      map[int64]*client
	ofAll    int           // that follow all sources, without a filter
	ofSource map[int64]int // that follow this source by its name, without a filter
	filtered map[*client]struct{}
}

func newClients(changed func()) *clients {
	return &clients{changed: changed, all: make(map[int64]*client), ofSource: make(map[int64]int), filtered: make(map[*client]struct{})}
}

// add counts a client, also as a detached one: call detached.Done when it is
// not, or has ended. Error: journal.ErrClosed after a shutdown.
func (cs *clients) add(c *client) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.stopped {
		return journal.ErrClosed
	}
	cs.detached.Add(1) // under the lock, so that it never follows Wait
	cs.lastID++
	c.id = cs.lastID
	cs.all[c.id] = c
	cs.count(c, 1)
	cs.changed()
	return nil
}

func (cs *clients) remove(c *client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.all, c.id)
	cs.count(c, -1)
	cs.changed()
}

// setSources notes the sources that a client follows from now on.
func (cs *clients) setSources(c *client, sources []int64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.count(c, -1)
	c.sources = sources
	cs.count(c, 1)
}

// count adds n to what a client counts for. The caller holds the lock.
func (cs *clients) count(c *client, n int) {
	switch {
	case c.filter != nil && n > 0:
		cs.filtered[c] = struct{}{}
	case c.filter != nil:
		delete(cs.filtered, c)
	case len(c.names) == 0:
		cs.ofAll += n
	default:
		for _, id := range c.sources {
			if cs.ofSource[id] += n; cs.ofSource[id] == 0 {
				delete(cs.ofSource, id)
			}
		}
	}
}

// follows reports whether a client follows a source. The caller holds the lock
// of clients.
func (c *client) follows(source int64) bool {
	return len(c.names) == 0 || slices.Contains(c.sources, source)
}

func (cs *clients) list() []*client {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return slices.SortedFunc(maps.Values(cs.all), func(a, b *client) int { return int(a.id - b.id) })
}

func (cs *clients) lookUpSources() {
	for _, c := range cs.list() {
		c.sourcesChanged()
	}
}

func (cs *clients) shutdown() {
	cs.mu.Lock()
	cs.stopped = true
	cs.mu.Unlock()
	for _, c := range cs.list() {
		c.shutdown()
	}
}

// Reached returns how many clients a message goes to.
func (h *Hub) Reached(m *live.Message) int {
	cs := h.clients
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	n := cs.ofAll + cs.ofSource[m.Source]
	for c := range cs.filtered {
		if c.follows(m.Source) && c.filter.Match(m) {
			n++
		}
	}
	return n
}

// Clients returns how many clients there are.
func (h *Hub) Clients() int {
	h.clients.mu.RLock()
	defer h.clients.mu.RUnlock()
	return len(h.clients.all)
}

// Followers returns how many clients follow any of the sources.
func (h *Hub) Followers(sources ...int64) int {
	cs := h.clients
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	n := 0
	for _, c := range cs.all {
		if slices.ContainsFunc(sources, c.follows) {
			n++
		}
	}
	return n
}

// FollowersBySource returns how many clients follow each source by its name,
// and how many follow all.
func (h *Hub) FollowersBySource() (bySource map[int64]int, ofAll int) {
	cs := h.clients
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	bySource, ofAll = maps.Clone(cs.ofSource), cs.ofAll
	for c := range cs.filtered {
		if len(c.names) == 0 {
			ofAll++
		}
		for _, id := range c.sources {
			bySource[id]++
		}
	}
	return bySource, ofAll
}
