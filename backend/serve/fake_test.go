package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/sqlite"
)

const testToken = "T0KEN"

// newServer returns a server on a journal of its own, changed by with.
func newServer(t *testing.T, with func(*Config)) *Server {
	t.Helper()
	cfg := Config{
		Feeds: &fakeFeeds{}, Samples: &fakeSamples{}, Settings: &fakeSettings{layout: json.RawMessage("{}")},
		Assets:  fstest.MapFS{"index.html": {Data: []byte("<!doctype html>dashboard")}, "assets/app-1.js": {Data: []byte("1")}},
		Version: "1.2.3", Token: testToken, Retry: -1,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if with != nil {
		with(&cfg)
	}
	if cfg.Journal == nil {
		cfg.Journal = openJournal(t, t.TempDir())
	}
	if cfg.Publish == nil {
		cfg.Publish = publish.New(cfg.Journal, publish.Limits{CreateChannels: true})
	}
	return New(cfg)
}

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

// A running server listens, and ends when the test does.
type running struct {
	*Server
	t    *testing.T
	url  string
	stop func() error // ends it and waits
}

func start(t *testing.T, with func(*Config)) *running {
	t.Helper()
	s := newServer(t, with)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.SetAddress(l.Addr().String(), live.Text{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	stop := sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return &running{Server: s, t: t, url: "http://" + l.Addr().String(), stop: stop}
}

// do sends a request and returns the answer with its body. Headers are pairs.
func (r *running) do(method, path, body string, headers ...string) (*http.Response, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, string(text)
}

// want sends a request with the token and decodes the answer, which must have
// that status.
func want[T any](r *running, status int, method, path, body string, headers ...string) T {
	r.t.Helper()
	resp, text := r.do(method, path, body, append([]string{"Authorization", "Bearer " + testToken, "Content-Type", "application/json"}, headers...)...)
	if resp.StatusCode != status {
		r.t.Fatalf("%s %s: %s, want %d\n%s", method, path, resp.Status, status, text)
	}
	var v T
	if text != "" {
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			r.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
		}
	}
	return v
}

// position writes a number of the journal as a position.
func (r *running) position(n int64) string {
	return live.Position{Epoch: r.journal.Epoch(), Number: n}.String()
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// refusal is an error as it is answered.
type refusal struct {
	Error live.Error `json:"error"`
}

// publish publishes text to a channel.
func (r *running) publish(channel, data string) receiptJSON {
	r.t.Helper()
	return want[receiptJSON](r, 201, "POST", "/channels/"+channel+"/messages", data, "Content-Type", "text/plain")
}

type receiptJSON struct {
	Position, ID string
	Clients      int
}

// window asks the window's handler.
func (r *running) window(method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.Window().ServeHTTP(w, httptest.NewRequest(method, "wails://wails"+path, nil))
	return w
}

type fakeFeeds struct {
	mu      sync.Mutex
	list    []live.FeedStatus
	changes broadcast.Broadcast
	seen    []string // what was asked of it
}

func (f *fakeFeeds) note(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen = append(f.seen, text)
}

func (f *fakeFeeds) List() []live.FeedStatus { return f.list }

func (f *fakeFeeds) Get(name string) (live.FeedStatus, bool) {
	for _, s := range f.list {
		if s.Name == name {
			return s, true
		}
	}
	return live.FeedStatus{}, false
}

func (f *fakeFeeds) Add(_ context.Context, fd live.Feed, s live.Secrets) (live.FeedStatus, error) {
	f.note("add " + fd.Name + " " + fd.Method + " " + s.Token)
	if err := live.CheckURL(fd.URL); err != nil {
		return live.FeedStatus{}, err
	}
	st := live.FeedStatus{Feed: fd, Health: live.Health{State: live.Connecting, Since: time.Now()}, HasSecrets: []string{"token"}}
	f.list = append(f.list, st)
	return st, nil
}

func (f *fakeFeeds) Edit(_ context.Context, name string, fd live.Feed, s *live.Secrets) (live.FeedStatus, error) {
	kept := "kept"
	if s != nil {
		kept = s.Token
	}
	f.note("edit " + name + " " + fd.Name + " " + kept)
	return live.FeedStatus{Feed: fd}, nil
}

func (f *fakeFeeds) Remove(_ context.Context, name string) error {
	f.note("remove " + name)
	return nil
}
func (f *fakeFeeds) Restore(context.Context, int64) (live.FeedStatus, error) {
	return live.FeedStatus{}, nil
}
func (f *fakeFeeds) Pause(_ context.Context, name string) error { f.note("pause " + name); return nil }
func (f *fakeFeeds) Resume(_ context.Context, name string) error {
	f.note("resume " + name)
	return nil
}
func (f *fakeFeeds) Reconnect(name string) error { f.note("reconnect " + name); return nil }
func (f *fakeFeeds) ReconnectAll()               { f.note("reconnect all") }

func (f *fakeFeeds) Check(_ context.Context, fd live.Feed, _ live.Secrets) live.FeedCheck {
	return live.FeedCheck{OK: true, Status: 200, Reason: "It answers.", DNS: 1500 * time.Microsecond, Messages: 2}
}

func (f *fakeFeeds) Attempts(_ context.Context, name string, limit int) ([]live.Attempt, error) {
	if name != "f" {
		return nil, live.Errorf("not_found", "There is no feed called %q.", name)
	}
	return []live.Attempt{{Connection: 3, Started: time.Unix(1, 2345), DNS: 1500 * time.Microsecond, Code: "closed"}}, nil
}

func (f *fakeFeeds) Changed() (<-chan struct{}, int64) { return f.changes.Wait() }

type fakeSamples struct{ on bool }

func (f *fakeSamples) Start(context.Context) error { f.on = true; return nil }
func (f *fakeSamples) Stop(context.Context) error  { f.on = false; return nil }
func (f *fakeSamples) Running() bool               { return f.on }
func (f *fakeSamples) Made() []live.Source         { return nil }
func (f *fakeSamples) Remove(context.Context) ([]live.Source, error) {
	f.on = false
	return []live.Source{{ID: 7, Name: "payments", Kind: live.FeedSource}}, nil
}

type fakeSettings struct {
	patch  json.RawMessage
	layout json.RawMessage
}

func (f *fakeSettings) Settings() any { return map[string]string{"theme": "dark"} }

func (f *fakeSettings) Change(_ context.Context, patch json.RawMessage) (any, error) {
	f.patch = bytes.Clone(patch)
	return f.Settings(), nil
}
func (f *fakeSettings) Layout(context.Context) (json.RawMessage, error) { return f.layout, nil }

func (f *fakeSettings) SetLayout(_ context.Context, l json.RawMessage) error {
	f.layout = bytes.Clone(l)
	return nil
}
