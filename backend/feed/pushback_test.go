package feed

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/sqlite"
)

// A slowDisk is a store whose commits of messages wait for the test.
type slowDisk struct {
	*sqlite.DB
	gate chan struct{} // closed when the disk is fast again
}

func (s *slowDisk) Append(ctx context.Context, ms []live.Message, marks []live.Mark) error {
	if len(ms) > 0 {
		<-s.gate
	}
	return s.DB.Append(ctx, ms, marks)
}

func TestAFeedFasterThanTheDiskIsSlowedAndLosesNothing(t *testing.T) {
	const size, total = 8 << 10, 12_000 // 94 MiB
	pad := strings.Repeat("x", size)
	var sent atomic.Int64
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := sent.Load(); n < total; n++ {
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %d %s\n\n", n, n, pad); err != nil {
				return
			}
			sent.Store(n + 1)
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	defer remote.Close()
	defer remote.CloseClientConnections()

	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	disk := &slowDisk{DB: db, gate: make(chan struct{})}
	free := sync.OnceFunc(func() { close(disk.gate) })
	j, err := journal.Open(t.Context(), disk, journal.Options{RecentBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	f := New(j, db.Installation(), secrets.New("test", dir, nil, 0), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer func() {
		free()
		cancel()
		wg.Wait()
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}()
	before := heap()
	fd := live.Feed{URL: remote.URL, Proxy: "direct"}
	fd.Name = "fast"
	s, err := f.Add(t.Context(), fd, live.Secrets{})
	if err != nil {
		t.Fatal(err)
	}
	// The queue for the journal fills up, then the buffers of TCP, and then the
	// server itself waits.
	stood := int64(-1)
	for still := 0; still < 10; time.Sleep(50 * time.Millisecond) {
		if now := sent.Load(); now == stood && now > 0 {
			still++
		} else {
			stood, still = now, 0
		}
	}
	if stood == total {
		t.Fatalf("the server could send all %d MiB although nothing was stored", size*total>>20)
	}
	grown := heap() - before
	t.Logf("the server stood at %d MiB, with %d MiB more in memory", stood*size>>20, grown>>20)
	// Two of queueBytes: one batch during its commit, one waiting; each with the
	// bytes read and not yet parsed.
	if most := int64(4 * queueBytes); grown > most {
		t.Errorf("%d MiB are held in memory", grown>>20)
	}
	free()
	c := j.Follow(live.Filter{Sources: []int64{s.Source.ID}, Kinds: []live.Kind{live.Event}}, 0)
	late, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for n := 0; n < total; {
		b, err := c.Next(late)
		if err != nil {
			t.Fatalf("after %d messages: %v", n, err)
		}
		if b.Gap != nil {
			t.Fatal(b.Gap)
		}
		for _, e := range b.Entries {
			if !strings.HasPrefix(e.Data, fmt.Sprint(n, " ")) || len(e.Data) < size {
				t.Fatalf("message %d is %.20q", n, e.Data)
			}
			n++
		}
	}
	if h, _ := f.Get("fast"); h.Health.Connection != 1 {
		t.Errorf("it took %d connections", h.Health.Connection)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
