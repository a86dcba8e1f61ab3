package serve

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	headerTime = 10 * time.Second // to send the head of a request
	idleTime   = 2 * time.Minute  // between two requests of one connection
	headerSize = 64 << 10
	endTime    = 10 * time.Second // to answer what has begun when the server ends

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
		ConnState:         noteState,
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
