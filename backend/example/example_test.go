package example

import (
	"context"
	"fmt"
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
)

// A rig is examples over a real store, running, in a bubble of fake time.
type rig struct {
	*Examples
	t       *testing.T
	handler http.Handler

	mu      sync.Mutex
	clients map[string]int // what Options.Clients says
}

// bubble runs a test in fake time.
func bubble(t *testing.T, f func(t *testing.T, dir string)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { f(t, dir) })
}

// run opens the history in dir and runs examples until the returned function
// is called, or the test ends.
func run(t *testing.T, dir string, opt Options) (*rig, func()) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), store, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, clients: map[string]int{}}
	opt.Clients = func(source string) int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.clients[source]
	}
	opt.Events = http.HandlerFunc(r.events)
	r.Examples = New(j, publish.New(j, publish.Limits{CreateChannels: true}), opt)
	r.handler = r.Handler()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	synctest.Wait()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != context.Canceled {
			t.Errorf("Run returned %v", err)
		}
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return r, stop
}

// events stands in for the local server: GET /events/{source}.
func (r *rig) events(w http.ResponseWriter, req *http.Request) {
	name := strings.TrimPrefix(req.URL.Path, "/events/")
	source, ok := r.j.Source(name)
	if !ok {
		http.NotFound(w, req)
		return
	}
	r.listen(name, 1)
	defer r.listen(name, -1)
	from := req.FormValue("after")
	if id := req.Header.Get("Last-Event-ID"); id != "" {
		from = id
	}
	after, gap, err := r.j.Resume(req.Context(), []int64{source.ID}, from)
	if err != nil || gap != nil {
		r.t.Errorf("resume after %q: gap %v, %v", from, gap, err)
		return
	}
	c := r.j.Follow(live.Filter{Sources: []int64{source.ID}}, after)
	for {
		b, err := c.Next(req.Context())
		if err != nil {
			return
		}
		for _, m := range b.Entries {
			fmt.Fprintf(w, "id: %s\nevent: %s\ndata: %s\n\n", r.wireID(&m.Message), m.Type, m.Data)
		}
	}
}

// listen says that so many more are subscribed.
func (r *rig) listen(source string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients[source] += n
}

// messages returns all events of a channel in the journal.
func (r *rig) messages(channel string) []live.Message {
	r.t.Helper()
	s, ok := r.j.Source(channel)
	if !ok {
		return nil
	}
	page, err := r.j.Read(context.Background(), live.Query{Filter: live.Filter{Sources: []int64{s.ID}}, Limit: 5000})
	if err != nil {
		r.t.Fatal(err)
	}
	return page.Messages
}

// lines returns the events of a channel as "type data".
func (r *rig) lines(channel string) []string {
	r.t.Helper()
	var lines []string
	for _, m := range r.messages(channel) {
		lines = append(lines, m.Type+" "+m.Data)
	}
	return lines
}

// do makes a request that ends by itself.
func (r *rig) do(method, url string) *httptest.ResponseRecorder {
	r.t.Helper()
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w
}

// A stream is a request that goes on until it is closed.
type stream struct {
	*httptest.ResponseRecorder
	close func() // and waits for its end
	ended func() bool
	mu    sync.Mutex
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(b)
}

func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String()
}

// ids returns the ids that came, in their order.
func (s *stream) ids() []string {
	var ids []string
	for line := range strings.Lines(s.text()) {
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			ids = append(ids, strings.TrimSpace(id))
		}
	}
	return ids
}

// open opens a stream, resuming after lastEventID where it is not empty.
func (r *rig) open(url, lastEventID string) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	req := httptest.NewRequestWithContext(ctx, "GET", url, nil)
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	s := &stream{ResponseRecorder: httptest.NewRecorder()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.handler.ServeHTTP(s, req)
	}()
	s.close = func() { cancel(); <-done }
	s.ended = func() bool {
		synctest.Wait()
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	r.t.Cleanup(s.close)
	synctest.Wait()
	return s
}

// after lets time go by.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func want[T comparable](t *testing.T, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestNothingIsPublishedWhereNobodyAsked(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		pass(2 * time.Minute)
		if n := r.j.Last(); n != 0 {
			t.Errorf("%d messages", n)
		}
		if s := r.j.Sources(); len(s) != 0 {
			t.Errorf("sources %v", s)
		}
	})
}

func TestTheClockTellsEverySecondOnTheSecond(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		pass(300 * time.Millisecond)
		start := time.Now()
		r, _ := run(t, dir, Options{})
		r.do("GET", "/examples/clock.html")
		r.listen("clock", 1)
		pass(3 * time.Second)
		r.listen("clock", -1)
		pass(10 * time.Second)
		var said []string
		for i, m := range r.messages("clock") {
			said = append(said, m.Data)
			second := start.Truncate(time.Second).Add(time.Duration(i+1) * time.Second)
			if late := m.Received.Sub(second); late < 0 || late > 10*time.Millisecond {
				t.Errorf("second %d was published %v late", i, late)
			}
		}
		var seconds []string
		for i := range 3 {
			seconds = append(seconds, start.Truncate(time.Second).Add(time.Duration(i+1)*time.Second).Format(time.RFC3339))
		}
		want(t, said, seconds)
	})
}

func TestTheSequenceTakesTwoSecondsAStepAndRunsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, _ := run(t, dir, Options{})
		if w := r.do("POST", "/examples/sequence/start"); w.Code != http.StatusAccepted {
			t.Fatalf("start: %d %s", w.Code, w.Body)
		}
		if w := r.do("POST", "/examples/sequence/start"); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "already running") {
			t.Errorf("second start: %d %s", w.Code, w.Body)
		}
		for i := range script {
			synctest.Wait()
			if got := len(r.messages("sequence")); got != i+1 {
				t.Fatalf("%v after the start there are %d steps, want %d", time.Duration(i)*stepEvery, got, i+1)
			}
			pass(stepEvery)
		}
		want(t, r.lines("sequence")[:1], []string{`step {"step":1,"of":8,"text":"The order was placed."}`})
		if w := r.do("POST", "/examples/sequence/start"); w.Code != http.StatusAccepted {
			t.Errorf("start again: %d %s", w.Code, w.Body)
		}
	})
}

func TestWithoutRunThereIsASentence(t *testing.T) {
	bubble(t, func(t *testing.T, dir string) {
		r, stop := run(t, dir, Options{})
		stop()
		if w := r.do("POST", "/examples/sequence/start"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "not_ready") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if err := r.Start(t.Context()); err == nil || r.Running() {
			t.Error("the samples started although nothing runs")
		}
	})
}
