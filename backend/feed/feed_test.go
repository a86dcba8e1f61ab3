package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/sqlite"
)

// Bounds of package ingest that these tests reach.
const (
	limitWindow   = time.Second // in which messages are counted against a feed's limit
	summaryPeriod = time.Minute // of the first summary
	queueBytes    = 8 << 20     // of messages that wait for the journal
)

// A fixture is a Follower on a real store, with helpers to inspect it.
type fixture struct {
	*testing.T
	*Follower
	dir   string
	db    *sqlite.DB
	vault SecretStore
	opt   Options
	wrap  func(Store) Store // what the follower is given for the store; nil for the store itself
	stop  func()
}

func follow(t *testing.T, opt Options) *fixture {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir(), opt: opt}
	f.vault = secrets.New("test", f.dir, nil, 0)
	f.start()
	return f
}

// start opens the store and runs the follower. end closes both, like the end of
// the program.
func (f *fixture) start() {
	f.Helper()
	db, err := sqlite.Open(context.Background(), f.dir)
	f.must(err)
	j, err := journal.Open(context.Background(), db, journal.Options{})
	f.must(err)
	var store Store = db.Installation()
	if f.wrap != nil {
		store = f.wrap(store)
	}
	f.db, f.Follower = db, New(j, store, f.vault, f.opt)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { f.must(f.Follower.Run(ctx)) })
	f.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		f.must(j.Close())
	})
	f.Cleanup(f.stop)
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Error(err)
	}
}

// add follows an address.
func (f *fixture) add(name, url string) live.FeedStatus {
	f.Helper()
	fd := live.Feed{URL: url, Proxy: "direct"}
	fd.Name = name
	s, err := f.Add(f.Context(), fd, live.Secrets{})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

// wait waits until a feed is in the wanted state.
func (f *fixture) wait(name string, what string, ok func(live.FeedStatus) bool) live.FeedStatus {
	f.Helper()
	limit := time.After(20 * time.Second)
	for {
		changed, _ := f.Changed()
		moved, _ := f.journal.Changed()
		s, found := f.Get(name)
		if found && ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-moved:
		case <-time.After(20 * time.Millisecond): // counters do not ring
		case <-limit:
			f.Fatalf("%s never came: %+v", what, s.Health)
		}
	}
}

func (f *fixture) open(name string) live.FeedStatus {
	f.Helper()
	return f.wait(name, "open", func(s live.FeedStatus) bool { return s.Health.State == live.Open })
}

func (f *fixture) waiting(name string) live.FeedStatus {
	f.Helper()
	return f.wait(name, "waiting", func(s live.FeedStatus) bool { return s.Health.State == live.Waiting })
}

// entry is a message of the journal, with its gap or note decoded.
type entry struct {
	live.Message
	Gap  live.Gap
	Note live.Note
}

func (e entry) String() string {
	switch e.Kind {
	case live.GapKind:
		missing := "?"
		if e.Gap.Missing != nil {
			missing = fmt.Sprint(*e.Gap.Missing)
		}
		return fmt.Sprintf("gap %s %s: %s", e.Gap.Code, missing, e.Gap.Reason)
	case live.NoteKind:
		return fmt.Sprintf("note %s: %s", e.Note.Code, e.Note.Reason)
	}
	return fmt.Sprintf("%s %s %q", e.Type, e.ID, e.Data)
}

// entries returns the newest messages of a feed, without the notes that every
// test causes: the first connection, and the test's own commands.
func (f *fixture) entries(name string) []entry {
	f.Helper()
	return slices.DeleteFunc(f.history(name), func(e entry) bool {
		return slices.Contains([]string{"opened", "resumed", "edited", "reconnected"}, e.Note.Code)
	})
}

// history returns the newest messages of a feed.
func (f *fixture) history(name string) (list []entry) {
	f.Helper()
	src, _ := f.journal.Source(name)
	page, err := f.journal.Read(f.Context(), live.Query{Filter: live.Filter{Sources: []int64{src.ID}}, Newest: true, Limit: 5000})
	f.must(err)
	for _, m := range page.Messages {
		e := entry{Message: m}
		switch m.Kind {
		case live.GapKind:
			f.must(json.Unmarshal([]byte(m.Data), &e.Gap))
		case live.NoteKind:
			f.must(json.Unmarshal([]byte(m.Data), &e.Note))
		}
		list = append(list, e)
	}
	return list
}

// until waits until a feed's timeline is in the wanted state.
func (f *fixture) until(name, what string, ok func([]entry) bool) []entry {
	f.Helper()
	limit := time.After(20 * time.Second)
	for {
		moved, _ := f.journal.Changed()
		list := f.entries(name)
		if ok(list) {
			return list
		}
		select {
		case <-moved:
		case <-limit:
			f.Fatalf("%s never came:\n%v", what, list)
		}
	}
}

func (f *fixture) untilCount(name string, n int) []entry {
	f.Helper()
	return f.until(name, fmt.Sprint(n, " entries"), func(l []entry) bool { return len(l) >= n })
}

// A remote is an SSE server whose connections the test controls.
type remote struct {
	*httptest.Server
	calls chan *call
	ended chan struct{} // closed at the end: a feed that still comes back must not be waited for
}

// A call is one request to a remote.
type call struct {
	*http.Request
	done chan struct{}
	once sync.Once

	mu sync.Mutex // the handler must not return while a test writes
	w  http.ResponseWriter
}

func serve(t *testing.T) *remote {
	t.Helper()
	r := &remote{calls: make(chan *call, 100), ended: make(chan struct{})} // a test looks at them one after the other
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.stop)
	return r
}

func (r *remote) stop() {
	close(r.ended)
	r.Server.CloseClientConnections()
	r.Server.Close()
}

func (r *remote) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	c := &call{Request: req, w: w, done: make(chan struct{})}
	select {
	case r.calls <- c:
	case <-r.ended:
		return
	}
	select {
	case <-c.done:
	case <-req.Context().Done():
	case <-r.ended:
	}
	c.mu.Lock()
	c.w = nil
	c.mu.Unlock()
}

// next returns the next connection.
func (r *remote) next(t *testing.T) *call {
	t.Helper()
	select {
	case c := <-r.calls:
		return c
	case <-time.After(20 * time.Second):
		t.Fatal("nobody connected")
		return nil
	}
}

// stream responds with the header of a stream and a text.
func (c *call) stream(text string) *call {
	c.mu.Lock()
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.mu.Unlock()
	return c.send(text)
}

func (c *call) send(text string) *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.w == nil {
		return c // the other end has gone
	}
	_, err := c.w.Write([]byte(text))
	if err = errors.Join(err, http.NewResponseController(c.w).Flush()); err != nil {
		panic(err)
	}
	return c
}

func (c *call) close() { c.once.Do(func() { close(c.done) }) }

// A syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func debugLog(w *syncBuffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
