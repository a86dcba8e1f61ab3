package listener

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// A Conn is a connection that its Listener counts until it is closed.
type Conn struct {
	net.Conn
	listener  *Listener
	address   netip.Addr   // that limits count by
	uncount   func()       // may be called again
	surplus   bool         // whether it is above the limits
	idleSince atomic.Int64 // nanoseconds since 1970 since when it waits for another request, else 0
	streams   int          // that it carries; guarded by listener.mu
}

// Close closes the connection and makes room for another.
func (c *Conn) Close() error {
	c.uncount()
	return c.Conn.Close()
}

// CloseWrite ends the sending half. net/http calls it after a refused upload:
// closing at once would reset the connection, and the client would lose the
// answer.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

type connKey struct{}

// ConnContext puts a connection into the context of its requests. It is for
// http.Server.ConnContext.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	if c := counted(conn); c != nil {
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// ConnState notes since when a connection waits for another request. It is for
// http.Server.ConnState.
func ConnState(conn net.Conn, state http.ConnState) {
	c := counted(conn)
	switch {
	case c == nil:
	case state == http.StateIdle:
		c.idleSince.Store(time.Now().UnixNano())
	default:
		c.idleSince.Store(0)
	}
}

// counted returns the Conn below what net/http has: that itself, or TLS over
// it.
func counted(conn net.Conn) *Conn {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	c, _ := conn.(*Conn)
	return c
}

// connOf returns the connection of a request, nil in the window.
func connOf(r *http.Request) *Conn {
	c, _ := r.Context().Value(connKey{}).(*Conn)
	return c
}

// ReserveStream counts a stream on the connection of a request. Call release
// when the stream has ended. Error: "too_many_streams".
func ReserveStream(r *http.Request) (release func(), err error) {
	c := connOf(r)
	if c == nil {
		return func() {}, nil
	}
	release, ok := c.listener.reserveStream(c)
	if !ok {
		return nil, live.Errorf("too_many_streams", "Signalbox has reached its limit of streams.").
			WithHint("Close some, or try again later.")
	}
	return release, nil
}

// CheckLimits refuses a request whose connection is above the limits, unless it
// is a monitor's, and has its connection closed after the answer. Error:
// "too_many_connections".
func CheckLimits(w http.ResponseWriter, r *http.Request) error {
	if c := connOf(r); c == nil || !c.surplus {
		return nil
	}
	w.Header().Set("Connection", "close") // over HTTP/2 too: the whole connection is to end
	if r.URL.Path == "/healthz" || r.URL.Path == "/metrics" {
		return nil
	}
	return live.Errorf("too_many_connections", "Signalbox has reached its limit of connections.").
		WithHint("Close some, or try again later.")
}
