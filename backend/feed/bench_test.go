package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/sqlite"
)

func benchFollower(b *testing.B) *Follower {
	b.Helper()
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), db, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	f := New(j, db.Installation(), secrets.New("", b.TempDir(), nil, 0), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, j.Close()); err != nil {
			b.Error(err)
		}
	})
	return f
}

// benchServer sends events as fast as they are read, 500 at a time.
func benchServer(b *testing.B, block string, left *atomic.Int64) string {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for left.Add(-500) > -500 {
			if _, err := w.Write([]byte(block)); err != nil {
				return
			}
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	b.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// BenchmarkFollow measures one feed from its socket into SQLite, with 200 bytes
// an event.
func BenchmarkFollow(b *testing.B) {
	for _, feeds := range []int{1, 8} {
		b.Run(fmt.Sprint(feeds), func(b *testing.B) {
			var block strings.Builder
			for i := range 500 {
				fmt.Fprintf(&block, "id: %d\nevent: order.paid\ndata: {\"order\":%d,\"customer\":\"%s\"}\n\n", i, i, strings.Repeat("x", 130))
			}
			var left atomic.Int64
			left.Store(int64(b.N))
			url := benchServer(b, block.String(), &left)
			f := benchFollower(b) // it ends first, or it would come back to a server that closes
			b.ReportAllocs()
			b.ResetTimer()
			for i := range feeds {
				fd := live.Feed{URL: url, Proxy: "direct"}
				fd.Name = fmt.Sprint(i)
				if _, err := f.Add(b.Context(), fd, live.Secrets{}); err != nil {
					b.Fatal(err)
				}
			}
			for {
				moved, _ := f.journal.Changed()
				if f.journal.Stats().Appended >= int64(b.N) {
					break
				}
				<-moved
			}
			b.ReportMetric(float64(f.journal.Stats().Appended)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
