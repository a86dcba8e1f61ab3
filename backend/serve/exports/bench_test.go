package exports_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/exports"
	"signalbox/backend/serve/history"
	"signalbox/backend/sqlite"
)

// BenchmarkExport exports a million messages of 200 bytes from the store, and
// reports how many a second and the most memory that Go held meanwhile.
func BenchmarkExport(b *testing.B) {
	const stored = 1_000_000
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	// Nearly nothing in memory: the figure is that of the store.
	j, err := journal.Open(b.Context(), db, journal.Options{RecentMessages: 100, RecentBytes: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { j.Close() })
	src, err := j.AddSource(b.Context(), live.Source{Name: "orders", Kind: live.ChannelSource})
	if err != nil {
		b.Fatal(err)
	}
	drafts := make([]live.Draft, 5000)
	for n := 0; n < stored; n += len(drafts) {
		for i := range drafts {
			drafts[i] = live.Draft{Source: src.ID, Type: "order.paid", ID: fmt.Sprint("order-", n+i),
				Data: fmt.Sprintf(`{"order":%d,"state":"paid","total":%d.50,"customer":"%s"}`, n+i, i, strings.Repeat("x", 130))}
		}
		if _, err := j.AppendAll(b.Context(), drafts); err != nil {
			b.Fatal(err)
		}
	}
	drafts = nil
	readers := history.NewReaders()
	e := exports.New(j, history.New(j, readers, func(*http.Request) bool { return true }), make(chan struct{}))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /export", func(w http.ResponseWriter, r *http.Request) {
		if err := e.Export(w, r); err != nil {
			b.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	b.Cleanup(server.Close)
	for name, query := range map[string]string{
		"jsonl": "", "csv": "format=csv", "csv-fields": "format=csv&column=position&column=$.order&column=$.state&column=$.total",
		"md": "format=md", "sse": "format=sse", "filter": "q=$.total+>+2500", "needle": `q="order":99999`,
	} {
		b.Run(name, func(b *testing.B) {
			runtime.GC()
			var most atomic.Uint64
			stop := make(chan struct{})
			go func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(20 * time.Millisecond):
						var m runtime.MemStats
						runtime.ReadMemStats(&m)
						most.Store(max(most.Load(), m.HeapInuse+m.StackInuse))
					}
				}
			}()
			for b.Loop() {
				resp, err := http.Get(server.URL + "/export?" + query)
				if err != nil {
					b.Fatal(err)
				}
				var bytes int64
				buffer := make([]byte, 64<<10)
				for err == nil {
					var n int
					n, err = resp.Body.Read(buffer)
					bytes += int64(n)
				}
				resp.Body.Close()
				if resp.Trailer.Get(exports.Trailer) != exports.Complete {
					b.Fatal("it is not complete: ", err)
				}
				b.SetBytes(bytes)
			}
			close(stop)
			b.ReportMetric(float64(stored)*float64(b.N)/b.Elapsed().Seconds(), "examined/s")
			b.ReportMetric(float64(most.Load())/(1<<20), "MB")
		})
	}
}
