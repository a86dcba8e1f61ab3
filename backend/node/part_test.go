package node

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

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

func TestAPartThatEndsIsSeenAtOnce(t *testing.T) {
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
		err := r.Node.runPart(t.Context(), "feeds", "Feeds are no longer followed.", func(context.Context) error { return c.err })
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
	r.server.SetFault("feeds", "")
	if err := r.Node.runPart(ctx, "feeds", "", func(ctx context.Context) error { return ctx.Err() }); err != nil {
		t.Error(err)
	}
	if status := r.ask("GET", "/healthz", "", nil); status != 200 {
		t.Errorf("%d", status)
	}
}
