package stream

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	gosse "github.com/tmaxmax/go-sse"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/sqlite"
)

// A running hub serves streams over TCP until the test ends.
type running struct {
	*Hub
	t         *testing.T
	url       string
	publisher *publish.Publisher
}

// openJournal returns a journal without anything in memory.
func openJournal(t *testing.T, dir string) *journal.Journal {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), store, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

// noLimit lets any number of requests read history.
type noLimit struct{}

func (noLimit) Acquire(context.Context) (func(), error) { return func() {}, nil }

// start runs a hub that is changed by with.
func start(t *testing.T, j *journal.Journal, with func(*Options)) *running {
	t.Helper()
	p := publish.New(j, publish.Limits{CreateChannels: true})
	opt := Options{
		Journal: j, Sources: p, Readers: noLimit{},
		Reserve:        func(*http.Request) (func(), error) { return func() {}, nil },
		ClientsChanged: func() {},
		Heartbeat:      15 * time.Second, Retry: 3 * time.Second, WriteTimeout: 10 * time.Second, MaxCatchUp: 128 << 20,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if with != nil {
		with(&opt)
	}
	h := New(opt)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events/{source}", func(w http.ResponseWriter, r *http.Request) {
		if err := h.Subscribe(w, r, []string{r.PathValue("source")}, false); err != nil {
			httpapi.WriteError(w, r, opt.Log, err)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		h.Shutdown()
		s.Close()
		if err := h.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return &running{Hub: h, t: t, url: s.URL, publisher: p}
}

func (r *running) publish(channel, data string) {
	r.t.Helper()
	if _, err := r.publisher.Publish(r.t.Context(), channel, live.Draft{Data: data}); err != nil {
		r.t.Fatal(err)
	}
}

// events subscribes and yields what comes.
func (r *running) events(ctx context.Context, path string) iter.Seq2[gosse.Event, error] {
	r.t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { resp.Body.Close() })
	return gosse.Read(resp.Body, &gosse.ReadConfig{MaxEventSize: 64 << 20})
}

// dial opens a connection and sends a request on it.
func (r *running) dial(request string) *net.TCPConn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.url[len("http://"):])
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET %s\r\nHost: localhost\r\n\r\n", request)
	return conn.(*net.TCPConn)
}

// await waits for what nobody announces.
func await(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, limit)
		}
	}
}

// inUse returns how many bytes the heap and the stacks hold.
func inUse() uint64 {
	runtime.GC()
	runtime.GC() // what the first has finalised
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
