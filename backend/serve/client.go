package serve

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// A client is somebody connected to the local server who follows sources.
type client struct {
	id       int64
	address  string
	agent    string
	protocol string
	resumed  string // the id it resumed from
	names    []string
	types    []string
	since    time.Time
	end      context.CancelCauseFunc
	out      *output

	cursor atomic.Pointer[journal.Cursor]
	last   atomic.Int64 // number of the last message sent
	sent   atomic.Int64
	bytes  atomic.Int64

	sources []int64     // which it follows now; guarded by clients.mu
	filter  live.Filter // of its types

	mu    sync.Mutex
	stale bool // whether sources came or went since it looked
	wake  context.CancelFunc
}

// waiting gives the client a context to wait with, which ends after a time or
// when sources have changed.
func (c *client) waiting(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wake = cancel
	if c.stale {
		cancel()
	}
	return ctx, cancel
}

func (c *client) poke() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stale = true
	if c.wake != nil {
		c.wake()
	}
}

func (c *client) wasPoked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.stale
	c.stale = false
	return was
}

var (
	errEnding = errors.New("the server is ending")
	errCut    = errors.New("the client was disconnected by the user")
)

// clients are all that are connected. Publishers ask how many a message
// reaches, so that is counted as clients come and go.
type clients struct {
	changed func()

	mu     sync.RWMutex
	next   int64
	ending bool
	all    map[int64]*client
	every  int           // that follow all sources, without a filter
	of     map[int64]int // that follow this source by its name, without a filter
	picky  map[*client]struct{}
}

func (cs *clients) init(changed func()) {
	cs.changed = changed
	cs.all, cs.of, cs.picky = make(map[int64]*client), make(map[int64]int), make(map[*client]struct{})
}

func (cs *clients) add(c *client) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.ending {
		return journal.ErrClosed
	}
	cs.next++
	c.id = cs.next
	cs.all[c.id] = c
	cs.tally(c, 1)
	cs.changed()
	return nil
}

func (cs *clients) remove(c *client) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	delete(cs.all, c.id)
	cs.tally(c, -1)
	cs.changed()
}

// follow says what a client follows from now on.
func (cs *clients) follow(c *client, sources []int64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.tally(c, -1)
	c.sources = sources
	cs.tally(c, 1)
}

// tally is called with the lock held.
func (cs *clients) tally(c *client, n int) {
	switch {
	case len(c.types) > 0 && n > 0:
		cs.picky[c] = struct{}{}
	case len(c.types) > 0:
		delete(cs.picky, c)
	case len(c.names) == 0:
		cs.every += n
	default:
		for _, id := range c.sources {
			if cs.of[id] += n; cs.of[id] == 0 {
				delete(cs.of, id)
			}
		}
	}
}

// reached returns how many clients a message goes to.
func (cs *clients) reached(m *live.Message) int {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	n := cs.every + cs.of[m.Source]
	for c := range cs.picky {
		if c.follows(m.Source) && c.filter.Match(m) {
			n++
		}
	}
	return n
}

// follows is called with the lock of clients held.
func (c *client) follows(source int64) bool {
	return len(c.names) == 0 || slices.Contains(c.sources, source)
}

// following returns how many follow any of the sources.
func (cs *clients) following(sources []int64) int {
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

// bySource returns how many follow each source by its name, and how many all.
func (cs *clients) bySource() (of map[int64]int, all int) {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	of, all = maps.Clone(cs.of), cs.every
	for c := range cs.picky {
		if len(c.names) == 0 {
			all++
		}
		for _, id := range c.sources {
			of[id]++
		}
	}
	return of, all
}

func (cs *clients) count() int {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return len(cs.all)
}

func (cs *clients) list() []*client {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return slices.SortedFunc(maps.Values(cs.all), func(a, b *client) int { return int(a.id - b.id) })
}

// refollow makes every client look up its sources again.
func (cs *clients) refollow() {
	for _, c := range cs.list() {
		c.poke()
	}
}

// end ends all clients, and lets no more come.
func (cs *clients) end() {
	cs.mu.Lock()
	cs.ending = true
	cs.mu.Unlock()
	for _, c := range cs.list() {
		c.end(errEnding)
		c.out.hurry()
	}
}

// cutClient disconnects one.
func (s *Server) cutClient(w http.ResponseWriter, r *http.Request) error {
	for _, c := range s.clients.list() {
		if itoa(c.id) == r.PathValue("id") {
			c.end(errCut)
			return done(w)
		}
	}
	return live.Errorf("not_found", "This client is not connected any more.")
}

type clientView struct {
	ID       int64     `json:"id"`
	Address  string    `json:"address"`
	Sources  []string  `json:"sources"`
	Types    []string  `json:"types"`
	Since    time.Time `json:"since"`
	Last     string    `json:"last,omitempty"`
	Behind   int64     `json:"behind"`
	Sent     int64     `json:"sent"`
	Bytes    int64     `json:"bytes"`
	Agent    string    `json:"agent"`
	Resumed  string    `json:"resumed,omitempty"`
	Protocol string    `json:"protocol"`
}

func (s *Server) listClients(w http.ResponseWriter, r *http.Request) error {
	views := []clientView{}
	for _, c := range s.clients.list() {
		v := clientView{
			ID: c.id, Address: c.address, Sources: c.names, Types: c.types, Since: stamp(c.since),
			Sent: c.sent.Load(), Bytes: c.bytes.Load(), Agent: c.agent, Resumed: c.resumed, Protocol: c.protocol,
		}
		if n := c.last.Load(); n > 0 {
			v.Last = s.position(n)
		}
		if cursor := c.cursor.Load(); cursor != nil {
			v.Behind = max(0, s.j.Last()-cursor.Place())
		}
		views = append(views, v)
	}
	return answer(w, http.StatusOK, map[string]any{"clients": views})
}
