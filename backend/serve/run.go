package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"signalbox/backend/serve/httpapi"
	"signalbox/backend/serve/listener"
)

const (
	headerTime = 10 * time.Second // to send the head of a request
	idleTime   = 2 * time.Minute  // between two requests of one connection
	// maxHeader is the largest head of a request, in bytes.
	maxHeader = 64 << 10
	// shutdownTime is how long a shutdown waits for answers that have begun.
	shutdownTime = 10 * time.Second
	// maxHTTP2Streams is how many requests one HTTP/2 connection may have open:
	// limits on connections are worth little where one carries any number.
	maxHTTP2Streams = 100
)

// Serve answers on l until ctx ends. Then streams end with a time to reconnect
// after, different for each so that clients do not all come at once; requests
// that have begun get their answers within 10 s; and Serve returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	h := s.httpServer()
	var wg sync.WaitGroup
	defer wg.Wait()
	counting, stopCounting := context.WithCancel(context.WithoutCancel(ctx))
	defer stopCounting()
	wg.Go(func() { s.console.Run(counting) })

	// Connections are counted below TLS, so that those above the limits cost next
	// to nothing.
	counted := listener.New(l, s.limits)
	failed := make(chan error, 1) // so that Serve can return after a shutdown
	wg.Go(func() {
		if h.TLSConfig != nil {
			failed <- h.ServeTLS(counted, "", "")
		} else {
			failed <- h.Serve(counted)
		}
	})
	select {
	case err := <-failed:
		s.endStreams()
		return err
	case <-ctx.Done():
	}
	s.endStreams()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := errors.Join(h.Shutdown(grace), s.streams.Wait(grace)); err != nil {
		s.log.Warn("some clients did not take their answers in time", "err", err)
		return h.Close()
	}
	return nil
}

func (s *Server) httpServer() *http.Server {
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       httpapi.BodyTime,
		WriteTimeout:      httpapi.AnswerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       listener.ConnContext,
		ConnState:         listener.ConnState,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	if s.tls != nil {
		h.TLSConfig = s.tls.Clone()
		h.HTTP2 = &http.HTTP2Config{
			MaxConcurrentStreams: maxHTTP2Streams,
			// A stream that is not read has its own deadline. A whole connection
			// that is not read has only this one.
			WriteByteTimeout: s.timeout,
		}
	}
	return h
}

// endStreams ends all streams, also those of the window, and the requests that
// wait for a change.
func (s *Server) endStreams() {
	s.shutdown.Do(func() { close(s.done) })
	s.streams.Shutdown()
}
