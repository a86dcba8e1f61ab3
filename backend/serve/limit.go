package serve

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

const (
	// keptFree is how many connections streams may not take: they stay for
	// publishers, the console and monitors, whose requests are short.
	keptFree = 256
	// sparesMost is how many connections above the limits are taken for a
	// moment: a monitor gets its answer there, everybody else the reason why not.
	sparesMost = 32
	spareTime  = 5 * time.Second
	// longIdle is after what time without a request a connection may be closed
	// to make room, and closedAtOnce how many of them are.
	longIdle     = time.Second
	closedAtOnce = 64
)

// limited is a listener that bounds its connections.
type limited struct {
	net.Listener
	cfg func() *Config

	mu        sync.Mutex
	all       map[*connection]struct{}
	byAddress map[netip.Addr]int
	carrying  int // connections that carry streams
	spares    int
}

// Accept returns the next connection. One above the limits is a spare, and
// where there are many of those it is just closed.
func (l *limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.admit(conn); c != nil {
			return c, nil
		}
		conn.Close()
	}
}

func (l *limited) admit(conn net.Conn) *connection {
	c := &connection{Conn: conn, listener: l, address: remote(conn.RemoteAddr().String())}
	if l.take(c) || l.closeIdle(c) && l.take(c) {
		c.give = sync.OnceFunc(func() { l.give(c) })
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.spares == sparesMost {
		return nil
	}
	l.spares++
	c.spare = true
	// It is closed below what net/http knows, which then closes the rest.
	end := time.AfterFunc(spareTime, func() { conn.Close() })
	c.give = sync.OnceFunc(func() {
		end.Stop()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.spares--
	})
	return c
}

// take counts a connection, or says that it is one too many.
func (l *limited) take(c *connection) bool {
	cfg := l.cfg()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= cfg.MaxConnections || l.crowded(cfg, c.address) {
		return false
	}
	if l.all == nil {
		l.all, l.byAddress = make(map[*connection]struct{}), make(map[netip.Addr]int)
	}
	l.all[c] = struct{}{}
	l.byAddress[c.address]++
	return true
}

// crowded reports whether an address has its share. Loopback may have all:
// every program of the machine has that address.
func (l *limited) crowded(cfg *Config, address netip.Addr) bool {
	return !address.IsLoopback() && l.byAddress[address] >= cfg.MaxPerAddress
}

func (l *limited) give(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, c)
	if l.byAddress[c.address]--; l.byAddress[c.address] == 0 {
		delete(l.byAddress, c.address)
	}
}

// closeIdle makes room for a connection: it closes those that have waited
// longest for another request, of the same address where that has its share.
// It reports whether there were any.
func (l *limited) closeIdle(c *connection) bool {
	now := time.Now().UnixNano()
	var idle []*connection
	l.mu.Lock()
	same := l.crowded(l.cfg(), c.address)
	for other := range l.all {
		since := other.idle.Load()
		if since > 0 && now-since >= int64(longIdle) && (!same || other.address == c.address) {
			idle = append(idle, other)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(idle, func(a, b *connection) int { return int(a.idle.Load() - b.idle.Load()) })
	for _, other := range idle[:min(len(idle), closedAtOnce)] {
		other.Close()
	}
	return len(idle) > 0
}

// carry counts a connection that carries a stream, or says that it is one too
// many. The function that it returns is for the end of the stream. Over HTTP/2
// one connection carries several.
func (l *limited) carry(c *connection) (end func(), ok bool) {
	most := l.cfg().MaxConnections
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.streams == 0 {
		if l.carrying >= most-min(keptFree, most/8) {
			return nil, false
		}
		l.carrying++
	}
	c.streams++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if c.streams--; c.streams == 0 {
			l.carrying--
		}
	}, true
}

// carries takes a place for a stream, and returns what gives it back.
func carries(r *http.Request) (end func(), err error) {
	c := carrierOf(r)
	if c == nil {
		return func() {}, nil
	}
	end, ok := c.listener.carry(c)
	if !ok {
		return nil, live.Errorf("too_many_streams", "Signalbox carries as many streams as it takes.").
			WithHint("Close some, or try again later.")
	}
	return end, nil
}

// noteState notes since when a connection has waited for another request.
func noteState(conn net.Conn, state http.ConnState) {
	c := below(conn)
	switch {
	case c == nil:
	case state == http.StateIdle:
		c.idle.Store(time.Now().UnixNano())
	default:
		c.idle.Store(0)
	}
}

// turnedAway returns the error for a request over a spare connection, nil for
// a monitor's.
func turnedAway(w http.ResponseWriter, r *http.Request) error {
	if c := carrierOf(r); c == nil || !c.spare {
		return nil
	}
	w.Header().Set("Connection", "close") // over HTTP/2 it ends the connection too
	if r.URL.Path == "/healthz" || r.URL.Path == "/metrics" {
		return nil
	}
	return live.Errorf("too_many_connections", "Signalbox has as many connections as it takes.").
		WithHint("Close some, or try again later.")
}
