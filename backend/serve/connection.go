package serve

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A connection is a TCP connection that was counted and is given back once.
//
// It also takes work off net/http that a publish would pay for. net/http moves
// the deadline for reading about eight times for each request, and watches the
// connection while the handler runs, with a goroutine, a system call, and two
// more deadlines: a tenth of all that a publish costs.
type connection struct {
	net.Conn
	listener *limited
	address  netip.Addr // that limits go by
	give     func()
	spare    bool         // whether it is above the limits
	secure   bool         // whether TLS is spoken over it
	idle     atomic.Int64 // since when it has waited for another request, in nanoseconds since 1970; 0 while it does not
	streams  int          // that it carries; guarded by listener.mu

	// brief is set while a request is answered that does not need to know
	// whether the other end is still there.
	brief atomic.Bool

	// length is set once Content-Length was read, in whatever place.
	length atomic.Bool
	recent [len(contentLength) - 1]byte // the last that was read before that

	// allowed is when an answer was last given its time. Only the goroutine of
	// the connection uses it.
	allowed time.Time

	mu    sync.Mutex
	until time.Time // when reading is to end; zero for never
	armed time.Time // when the system ends it: not after until
}

// ahead is how far ahead a deadline is armed at first. One that is moved on
// before it comes, as nearly all are, then costs nothing.
const ahead = 5 * time.Second

// SetReadDeadline moves the deadline. Only a nearer one has to be told the
// system at once: one that comes too early is armed anew by Read.
func (c *connection) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	if !c.armed.IsZero() && (t.IsZero() || !t.Before(c.armed)) && c.armed.After(longAgo) {
		return nil
	}
	if !t.IsZero() && !t.After(longAgo) {
		return c.arm(t)
	}
	near := time.Now().Add(ahead)
	if !t.IsZero() && t.Before(near) {
		near = t
	}
	return c.arm(near)
}

// SetDeadline is both, so that what is armed stays known.
func (c *connection) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// longAgo is after what net/http sets to end a read that is under way.
var longAgo = time.Unix(1<<20, 0)

// arm is called with the lock held.
func (c *connection) arm(t time.Time) error {
	c.armed = t
	return c.Conn.SetReadDeadline(t)
}

func (c *connection) Read(p []byte) (int, error) {
	// net/http watches a connection by reading one byte.
	if len(p) == 1 && c.brief.Load() {
		return 0, nil
	}
	for {
		n, err := c.Conn.Read(p)
		if n > 0 && !c.length.Load() {
			c.look(p[:n])
		}
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !c.early() {
			return n, err
		}
	}
}

const (
	contentLength = "content-length"
	dash          = len("content")
)

// look looks for Content-Length in what was read. net/http takes that header
// away where there is Transfer-Encoding too, and says nothing; but then the
// connection has to be closed after the answer.
func (c *connection) look(p []byte) {
	// Across the edge between two reads, in a copy.
	var edge [2 * len(c.recent)]byte
	n := copy(edge[copy(edge[:], c.recent[:]):], p)
	c.length.Store(hasContentLength(edge[:len(c.recent)+n]) || hasContentLength(p))
	copy(c.recent[:], edge[n:len(c.recent)+n])
	if len(p) > len(c.recent) {
		copy(c.recent[:], p[len(p)-len(c.recent):])
	}
}

func hasContentLength(p []byte) bool {
	for i := dash; i < len(p); i++ {
		next := bytes.IndexByte(p[i:], '-')
		if next < 0 {
			return false
		}
		i += next
		if end := i - dash + len(contentLength); end <= len(p) && bytes.EqualFold(p[i-dash:end], []byte(contentLength)) {
			return true
		}
	}
	return false
}

// ambiguous reports whether another program may see another end of a request
// than this one: where it has both Content-Length and Transfer-Encoding, or
// Transfer-Encoding in HTTP/1.0. Its connection is closed after the answer (RFC
// 9112, 6.1), so that what stands behind it is not taken for a request that a
// proxy has let through. Where that cannot be told it is assumed.
func ambiguous(r *http.Request) bool {
	if r.ProtoMajor != 1 {
		return false
	}
	c := connectionOf(r)
	return r.ProtoMinor == 0 || len(r.TransferEncoding) > 0 && (c == nil || c.length.Load())
}

// early reports whether a deadline came before it was due, and arms it anew,
// now for the whole time: who waits that long may wait longer.
func (c *connection) early() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.until.IsZero() && !c.until.After(time.Now()) {
		return false
	}
	return c.arm(c.until) == nil
}

// dueForAnswer reports whether the time for an answer is to be set anew, which
// is needed once a second and not for each of a thousand requests.
func (c *connection) dueForAnswer(now time.Time) bool {
	if c == nil {
		return true
	}
	if now.Sub(c.allowed) < time.Second {
		return false
	}
	c.allowed = now
	return true
}

func (c *connection) Close() error {
	c.give()
	return c.Conn.Close()
}

// CloseWrite lets net/http end a refused upload without a reset that would
// take the answer with it.
func (c *connection) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// tcp is what lies below, nil where that is not TCP.
func (c *connection) tcp() *net.TCPConn {
	if c == nil {
		return nil
	}
	tcp, _ := c.Conn.(*net.TCPConn)
	return tcp
}

// briefly says that the request on this connection has its answer soon. The
// function that it returns is for the end of the handler.
func (c *connection) briefly() (end func()) {
	c.brief.Store(true)
	return func() { c.brief.Store(false) }
}

type connectionKey struct{}

// withConnection puts the connection into the context of its requests.
func withConnection(ctx context.Context, conn net.Conn) context.Context {
	c := below(conn)
	if c == nil {
		return ctx
	}
	_, c.secure = conn.(*tls.Conn)
	return context.WithValue(ctx, connectionKey{}, c)
}

// below returns the connection that was accepted, where net/http has that or
// TLS over it.
func below(conn net.Conn) *connection {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c, _ := conn.(*connection)
	return c
}

// carrierOf returns the connection that a request came over, nil in the window.
func carrierOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	return c
}

// connectionOf returns it where nothing is between net/http and it: no TLS.
func connectionOf(r *http.Request) *connection {
	if c := carrierOf(r); c != nil && !c.secure {
		return c
	}
	return nil
}
