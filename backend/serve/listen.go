package serve

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	headerTime = 10 * time.Second // to send the head of a request
	idleTime   = 2 * time.Minute  // between two requests of one connection
	headerSize = 64 << 10
	endTime    = 10 * time.Second // to answer what has begun when the server ends

	leavingMost = 32 // connections that are given a reason why they are turned away

	// streamsMost is how many requests one HTTP/2 connection may have open: the
	// limits on connections are worth little where one carries any number.
	streamsMost = 100
)

// Serve answers on l until ctx ends. Then streams end with a time to come
// back at, different for each so that they do not all come at once, requests
// that have begun get their answers within 10 s, and it returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	cfg := s.config()
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerSize,
		ConnContext:       withConnection,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	if cfg.TLS != nil {
		h.TLSConfig = cfg.TLS.Clone()
		h.HTTP2 = &http.HTTP2Config{
			MaxConcurrentStreams: streamsMost,
			// One stream that is not read fills its own window and meets its own
			// deadline. A whole connection that is not read has only this one.
			WriteByteTimeout: cfg.WriteTimeout,
		}
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	measuring, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	wg.Go(func() { s.measure(measuring) })

	failed := make(chan error, 1) // Serve says one thing, also when nobody listens any more
	wg.Go(func() { failed <- serveOn(h, &limited{Listener: l, cfg: s.config}) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.end()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err := h.Shutdown(grace); err != nil {
		cfg.Log.Warn("some clients did not take their answers in time", "err", err)
		return h.Close()
	}
	return nil
}

// serveOn counts connections before they shake hands, so that those above the
// limits cost next to nothing.
func serveOn(h *http.Server, l net.Listener) error {
	if h.TLSConfig == nil {
		return h.Serve(l)
	}
	return h.ServeTLS(l, "", "")
}

// end ends all streams, also those of the window, and everybody who waits for
// the doorbell.
func (s *Server) end() {
	s.ended.Do(func() { close(s.ending) })
	s.clients.end()
}

// limited is a listener that turns away connections above the limits, with an
// answer rather than silence.
type limited struct {
	net.Listener
	cfg func() *Config

	mu        sync.Mutex
	all       int
	byAddress map[netip.Addr]int

	leaving atomic.Int32 // connections that are being turned away
}

func (l *limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if addr, ok := l.take(conn); ok {
			return &connection{Conn: conn, give: sync.OnceFunc(func() { l.give(addr) })}, nil
		}
		l.turnAway(conn)
	}
}

// take counts a connection, or says that it is one too many.
func (l *limited) take(conn net.Conn) (netip.Addr, bool) {
	cfg, addr := l.cfg(), remote(conn.RemoteAddr().String())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= cfg.MaxConnections || !addr.IsLoopback() && l.byAddress[addr] >= cfg.MaxPerAddress {
		return addr, false
	}
	if l.byAddress == nil {
		l.byAddress = make(map[netip.Addr]int)
	}
	l.all++
	l.byAddress[addr]++
	return addr, true
}

func (l *limited) give(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.byAddress[addr]--; l.byAddress[addr] == 0 {
		delete(l.byAddress, addr)
	}
}

// turnAway answers a connection that is one too many. Nobody waits for that,
// and where there are many of them the rest are just closed.
func (l *limited) turnAway(conn net.Conn) {
	const body = `{"error":{"code":"too_many_connections","message":"Signalbox has as many connections as it takes.","hint":"Close some, or try again later."}}`
	if l.leaving.Add(1) > leavingMost {
		l.leaving.Add(-1)
		conn.Close()
		return
	}
	go func() {
		defer l.leaving.Add(-1)
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(time.Second))
		if cfg := l.cfg().TLS; cfg != nil {
			cfg = cfg.Clone()
			cfg.NextProtos = []string{"http/1.1"} // the answer below is in it
			conn = tls.Server(conn, cfg)
		}
		// After the request has begun to come: some clients take an answer that
		// is there before for a fault. And what comes is read to its end, because
		// a connection closed with something unread is reset, answer and all.
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nConnection: close\r\n\r\n" + body + "\n"))
		if half, ok := conn.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
		}
		_, _ = io.CopyN(io.Discard, conn, headerSize)
	}()
}

// closeAfter ends the connection of HTTP/1 after this answer. HTTP/2 has no
// such header: there net/http would end all that the connection carries.
func closeAfter(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor < 2 {
		w.Header().Set("Connection", "close")
	}
}

// remote returns the address that limits go by. It is one for all of loopback,
// and for IPv6 the network of 64 bits: one machine has as many addresses there
// as it likes.
func remote(hostport string) netip.Addr {
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
