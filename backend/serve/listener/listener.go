package listener

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Limits bound the connections of a Listener.
type Limits struct {
	Connections int // at the same time
	PerAddress  int // of them from one address that is not loopback
}

const (
	// WithoutStream is how many connections streams may not take, or an eighth of
	// all if that is less: they stay for publishers, the console and monitors,
	// whose requests are short.
	WithoutStream = 256
	// maxSurplus is how many connections above the limits are accepted, and
	// surplusTime how long each of them may last.
	maxSurplus  = 32
	surplusTime = 5 * time.Second
	// idleBeforeClose is how long a connection has waited for another request
	// before it may be closed to make room, and closedAtOnce how many are.
	idleBeforeClose = time.Second
	closedAtOnce    = 64
)

// A Listener accepts connections within its Limits.
type Listener struct {
	net.Listener
	limits Limits

	mu          sync.Mutex
	conns       map[*Conn]struct{} // without those above the limits
	byAddress   map[netip.Addr]int // how many of conns
	withStreams int                // how many of conns carry streams
	surplus     int                // connections above the limits
}

// New returns a Listener that accepts from l.
func New(l net.Listener, limits Limits) *Listener {
	return &Listener{Listener: l, limits: limits, conns: make(map[*Conn]struct{}), byAddress: make(map[netip.Addr]int)}
}

// Accept returns the next connection. A connection above the limits is marked
// as such, and closed at once where there are many of them.
func (l *Listener) Accept() (net.Conn, error) {
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

// admit counts a connection. It returns nil for one to close at once.
func (l *Listener) admit(conn net.Conn) *Conn {
	c := &Conn{Conn: conn, listener: l, address: LimitAddress(conn.RemoteAddr().String())}
	if l.add(c) || l.closeIdle(c) && l.add(c) {
		c.uncount = sync.OnceFunc(func() { l.remove(c) })
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.surplus == maxSurplus {
		return nil
	}
	l.surplus++
	c.surplus = true
	// The connection below is closed; net/http notices and closes c.
	timer := time.AfterFunc(surplusTime, func() { conn.Close() })
	c.uncount = sync.OnceFunc(func() {
		timer.Stop()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.surplus--
	})
	return c
}

// add counts a connection, unless that would exceed a limit.
func (l *Listener) add(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) >= l.limits.Connections || l.full(c.address) {
		return false
	}
	l.conns[c] = struct{}{}
	l.byAddress[c.address]++
	return true
}

// full reports whether an address has all the connections that it may have.
// Loopback has no limit of its own: every program of the machine has that
// address.
func (l *Listener) full(address netip.Addr) bool {
	return !address.IsLoopback() && l.byAddress[address] >= l.limits.PerAddress
}

func (l *Listener) remove(c *Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if l.byAddress[c.address]--; l.byAddress[c.address] == 0 {
		delete(l.byAddress, c.address)
	}
}

// closeIdle makes room for a connection: it closes those that have waited
// longest for another request, only of the same address where that is full. It
// reports whether there were any.
func (l *Listener) closeIdle(c *Conn) bool {
	now := time.Now().UnixNano()
	var idle []*Conn
	l.mu.Lock()
	sameAddress := l.full(c.address)
	for other := range l.conns {
		since := other.idleSince.Load()
		if since > 0 && now-since >= int64(idleBeforeClose) && (!sameAddress || other.address == c.address) {
			idle = append(idle, other)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(idle, func(a, b *Conn) int { return int(a.idleSince.Load() - b.idleSince.Load()) })
	for _, other := range idle[:min(len(idle), closedAtOnce)] {
		other.Close()
	}
	return len(idle) > 0
}

// reserveStream counts a stream on a connection. Over HTTP/2 a connection
// carries several. It is false where too many connections carry streams.
func (l *Listener) reserveStream(c *Conn) (release func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.streams == 0 {
		if l.withStreams >= l.limits.Connections-min(WithoutStream, l.limits.Connections/8) {
			return nil, false
		}
		l.withStreams++
	}
	c.streams++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if c.streams--; c.streams == 0 {
			l.withStreams--
		}
	}, true
}

// LimitAddress returns the address that limits count by, the zero Addr for a
// text that is no address and port. All of loopback is one address. So is an
// IPv6 network of 64 bits: a single machine can use all addresses in it.
func LimitAddress(hostport string) netip.Addr {
	ap, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return netip.Addr{}
	}
	addr := ap.Addr().Unmap().WithZone("")
	if addr.IsLoopback() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if addr.Is6() {
		if p, err := addr.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}
