package exampletest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/sqlite"
	"signalbox/backend/wire"
)

// A Rig is a history, with the parts of the local server that the examples need.
type Rig struct {
	T         *testing.T
	Journal   *journal.Journal
	Publisher *publish.Publisher
	Handler   http.Handler // set by Serve

	mu      sync.Mutex
	clients map[string]int // by source
}

// Bubble runs a test in fake time, with a folder for a history.
func Bubble(t *testing.T, f func(t *testing.T, dir string)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { f(t, dir) })
}

// Sleep lets the fake time advance by d, and waits until all goroutines block.
func Sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// WantEqual fails the test if two slices differ.
func WantEqual[T comparable](t *testing.T, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Open opens the history in a folder. Serve must follow.
func Open(t *testing.T, dir string) *Rig {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), store, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &Rig{T: t, Journal: j, Publisher: publish.New(j, publish.Limits{CreateChannels: true}), clients: map[string]int{}}
}

// Serve sets the Handler and starts the runs. The returned function cancels
// them, waits until they have returned, and closes the history; the end of the
// test calls it too.
func (r *Rig) Serve(h http.Handler, runs ...func(context.Context) error) (stop func()) {
	r.T.Helper()
	r.Handler = h
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, len(runs))
	for _, run := range runs {
		go func() { ended <- run(ctx) }()
	}
	synctest.Wait()
	stop = sync.OnceFunc(func() {
		cancel()
		for range runs {
			if err := <-ended; err != context.Canceled {
				r.T.Errorf("Run returned %v", err)
			}
		}
		if err := r.Journal.Close(); err != nil {
			r.T.Error(err)
		}
	})
	r.T.Cleanup(stop)
	return stop
}

// Events answers GET /events/{source} like the local server.
func (r *Rig) Events(w http.ResponseWriter, req *http.Request) {
	name := strings.TrimPrefix(req.URL.Path, "/events/")
	source, ok := r.Journal.Source(name)
	if !ok {
		http.NotFound(w, req)
		return
	}
	r.Subscribe(name, 1)
	defer r.Subscribe(name, -1)
	from := req.FormValue("after")
	if id := req.Header.Get("Last-Event-ID"); id != "" {
		from = id
	}
	after, gap, err := r.Journal.Resume(req.Context(), []int64{source.ID}, from)
	if err != nil || gap != nil {
		r.T.Errorf("resume after %q: gap %v, %v", from, gap, err)
		return
	}
	c := r.Journal.Follow(live.Filter{Sources: []int64{source.ID}}, after)
	for {
		b, err := c.Next(req.Context())
		if err != nil {
			return
		}
		for _, m := range b.Entries {
			if _, err := w.Write(wire.Frame(r.Journal.Epoch(), &m.Message)); err != nil {
				return
			}
		}
	}
}

// Subscribe adds n to the count of a source's subscribers.
func (r *Rig) Subscribe(source string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients[source] += n
}

// Watched reports whether a source has subscribers.
func (r *Rig) Watched(source string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clients[source] > 0
}

// Messages returns all events of a channel.
func (r *Rig) Messages(channel string) []live.Message {
	r.T.Helper()
	s, ok := r.Journal.Source(channel)
	if !ok {
		return nil
	}
	page, err := r.Journal.Read(context.Background(), live.Query{Filter: live.Filter{Sources: []int64{s.ID}}, Limit: 5000})
	if err != nil {
		r.T.Fatal(err)
	}
	return page.Messages
}

// Lines returns the events of a channel as "type data".
func (r *Rig) Lines(channel string) []string {
	r.T.Helper()
	var lines []string
	for _, m := range r.Messages(channel) {
		lines = append(lines, m.Type+" "+m.Data)
	}
	return lines
}

// Do makes a request and returns the complete response.
func (r *Rig) Do(method, url string) *httptest.ResponseRecorder {
	r.T.Helper()
	w := httptest.NewRecorder()
	r.Handler.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w
}

// A Stream is a request whose response has no end until Close.
type Stream struct {
	*httptest.ResponseRecorder
	Close func()      // cancels the request and waits until it has ended
	Ended func() bool // reports whether the request has ended
	mu    sync.Mutex
}

func (s *Stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(b)
}

// Text returns the response so far.
func (s *Stream) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String()
}

// IDs returns the ids of the response so far, in their order.
func (s *Stream) IDs() []string {
	var ids []string
	for line := range strings.Lines(s.Text()) {
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return ids
}

// OpenStream opens a stream. It resumes after lastEventID unless that is empty.
func (r *Rig) OpenStream(url, lastEventID string) *Stream {
	ctx, cancel := context.WithCancel(context.Background())
	req := httptest.NewRequestWithContext(ctx, "GET", url, nil)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	s := &Stream{ResponseRecorder: httptest.NewRecorder()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Handler.ServeHTTP(s, req)
	}()
	s.Close = func() { cancel(); <-done }
	s.Ended = func() bool {
		synctest.Wait()
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	r.T.Cleanup(s.Close)
	synctest.Wait()
	return s
}
