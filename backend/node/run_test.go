package node

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/live"
)

// A lockedLog is a log that can be read while it is written.
type lockedLog struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTheErrorOfAPartIsShownAtOnce(t *testing.T) {
	log := &lockedLog{}
	r := run(t, Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	broken := live.Errorf("disk_error", "The disk reports an error.")
	for _, c := range []struct {
		err  error
		want string
	}{
		{broken, "Feeds are no longer followed. The disk reports an error."},
		{errors.New("sql: secret detail"), "Feeds are no longer followed. Something went wrong"},
	} {
		err := r.Node.runPart(t.Context(), "feeds", live.Textf("part_fault/feeds", "Feeds are no longer followed."), func(context.Context) error { return c.err })
		if !errors.Is(err, c.err) || !strings.Contains(log.text(), c.err.Error()) {
			t.Errorf("%v is in no log: %s", err, log.text())
		}
		var health struct{ Error live.Error }
		status := r.ask("GET", "/healthz", "", &health)
		if e := health.Error; status != 503 || e.Code != "part_fault" || !strings.HasPrefix(e.Message, c.want) || strings.Contains(e.Message, "detail") {
			t.Errorf("%d %+v", status, e)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.server.SetFault("feeds", live.Text{})
	if err := r.Node.runPart(ctx, "feeds", live.Text{}, func(ctx context.Context) error { return ctx.Err() }); err != nil {
		t.Error(err)
	}
	if status := r.ask("GET", "/healthz", "", nil); status != 200 {
		t.Errorf("%d", status)
	}
}

func TestOneDamagedFeedIsShownAndMendedAndTheOthersRun(t *testing.T) {
	dir := t.TempDir()
	r := run(t, Options{DataFolder: dir})
	for _, name := range []string{"bad", "good"} {
		body := `{"name":"` + name + `","url":"` + r.URL() + `/events/x","proxy":"direct"}`
		if status := r.ask("POST", "/api/feeds", body, nil); status != 201 {
			t.Fatal(status)
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, "signalbox.db"))
	if err == nil {
		_, err = db.Exec(`UPDATE feeds SET settings = '{"url"' WHERE source = (SELECT id FROM sources WHERE name = 'bad')`)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	r = run(t, Options{DataFolder: dir})
	health := func(name string) (h live.Health) {
		var state struct {
			Sources []struct {
				Name   string
				Health *live.Health
			}
		}
		r.ask("GET", "/api/state", "", &state)
		for _, s := range state.Sources {
			if s.Name == name && s.Health != nil {
				h = *s.Health
			}
		}
		return h
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for range 1000 {
			if ok() {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatal(what)
	}
	until("the damaged feed is not shown", func() bool { return health("bad").State == live.Stopped })
	if h := health("bad"); h.Code != "settings" || h.Reason == "" || h.Hint == "" {
		t.Errorf("%+v", h)
	}
	until("the other feed does not run", func() bool { return health("good").State != "" && health("good").State != live.Stopped })
	if status := r.ask("POST", "/api/feeds/bad/reconnect", "", nil); status != 400 {
		t.Errorf("%d", status)
	}
	body := `{"name":"bad","url":"` + r.URL() + `/events/x","proxy":"direct"}`
	if status := r.ask("PUT", "/api/feeds/bad", body, nil); status != 200 {
		t.Errorf("%d", status)
	}
	until("the feed is not mended", func() bool { return health("bad").State == live.Open })
}
