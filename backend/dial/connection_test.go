package dial

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// A trial is the result of one Connection.
type trial struct {
	events []eventstream.Event
	opened bool
	why    *disconnect.Reason
	status int
}

// try runs one Connection.
func try(t *testing.T, fd live.Feed, change func(*Connection)) *trial {
	t.Helper()
	out := &trial{}
	if fd.Proxy == "" {
		fd.Proxy = "direct"
	}
	a := &Connection{
		Feed: &fd, Secrets: &live.Secrets{}, UserAgent: "test", MaxEvent: func() int { return 1 << 20 },
		Opened: func() { out.opened = true },
		Handler: eventstream.Handler{
			Event: func(e eventstream.Event) bool { out.events = append(out.events, e); return true },
		},
	}
	if change != nil {
		change(a)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out.why = a.Run(ctx)
	var record live.Attempt
	a.Describe(&record)
	out.status = record.Status
	return out
}

func handle(t *testing.T, h http.HandlerFunc) live.Feed {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return live.Feed{URL: s.URL, Method: "GET"}
}

// quietLogger discards the log of a test server whose handshakes fail on purpose.
func quietLogger() *log.Logger { return log.New(io.Discard, "", 0) }

// copyBoth joins two connections until one ends.
func copyBoth(a, b net.Conn) {
	var wg sync.WaitGroup
	for _, c := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, _ = io.Copy(c[0], c[1])
			c[0].Close()
			c[1].Close()
		})
	}
	wg.Wait()
}

func TestACleanCloseHasAReason(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: a\n\n")
	})
	got := try(t, fd, nil)
	if got.why.Code != "closed" || got.why.Message != "The server closed the stream." || !got.opened || len(got.events) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestARefusedEventEndsTheConnection(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: a\n\n")
	})
	got := try(t, fd, func(a *Connection) { a.Handler.Event = func(eventstream.Event) bool { return false } })
	if got.why != disconnect.Shutdown {
		t.Errorf("%+v", got.why)
	}
}

func TestAConnectionIsOneRequest(t *testing.T) {
	requests := 0
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Error(w, "no", http.StatusServiceUnavailable)
	})
	if got := try(t, fd, nil); got.why.Code != "status" || requests != 1 {
		t.Errorf("%d requests, %+v", requests, got.why)
	}
}

func TestAConnectionEndsWithItsContext(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	got := try(t, fd, func(a *Connection) {
		ctx, cancel := context.WithCancelCause(t.Context())
		a.Opened = func() { cancel(disconnect.Paused) }
		if why := a.Run(ctx); why != disconnect.Paused {
			t.Errorf("%+v", why)
		}
		a.Opened = func() {}
		a.Feed = &live.Feed{URL: "http://127.0.0.1:1/", Proxy: "direct"}
	})
	if got.why.Code != "refused" {
		t.Errorf("%+v", got.why)
	}
}

func TestGzipIsReadAlthoughItWasNotRequested(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", " GZIP ")
		w.(http.Flusher).Flush() // a header long before the first byte must not block
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "data: a\n\n")
		z.Flush()
		fmt.Fprint(z, "data: b\n\n")
		z.Close()
	})
	if got := try(t, fd, nil); len(got.events) != 2 || got.events[0].Data != "a" || got.events[1].Data != "b" || got.why.Code != "closed" {
		t.Errorf("%+v, %+v", got.events, got.why)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", "gzip")
		fmt.Fprint(w, "data: a long text that is not gzip\n\n")
	})
	if got := try(t, fd, nil); got.why.Code != "encoding" {
		t.Errorf("%+v", got.why)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", "br")
	})
	if got := try(t, fd, nil); got.why.Code != "encoding" || got.opened || got.why.Hint == "" {
		t.Errorf("%+v", got.why)
	}
}
