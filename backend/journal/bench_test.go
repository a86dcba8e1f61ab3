package journal_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// payload is a message as feeds send them.
var payload = `{"order":70012,"state":"paid","customer":"` + strings.Repeat("x", 120) + `"}`

func benchJournal(b *testing.B) (*journal.Journal, *sqlite.DB, int64) {
	b.Helper()
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), db, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { j.Close() })
	s, err := j.AddSource(b.Context(), live.Source{Name: "bench", Kind: live.ChannelSource})
	if err != nil {
		b.Fatal(err)
	}
	return j, db, s.ID
}

// BenchmarkAppend64 is 64 callers, each of whom waits for its commit.
func BenchmarkAppend64(b *testing.B) {
	j, _, s := benchJournal(b)
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := j.Append(b.Context(), live.Draft{Source: s, Data: payload}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// BenchmarkAppendAll is one feed that delivers 500 messages at a time.
func BenchmarkAppendAll(b *testing.B) {
	j, _, s := benchJournal(b)
	drafts := make([]live.Draft, 500)
	for i := range drafts {
		drafts[i] = live.Draft{Source: s, Data: payload}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += len(drafts) {
		for i := range drafts {
			drafts[i].ID = strconv.Itoa(n + i)
		}
		if _, err := j.AppendAll(b.Context(), drafts, live.Mark{Name: "feed/1"}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// BenchmarkFollow is readers that each get every message while 64 callers append.
func BenchmarkFollow(b *testing.B) {
	for _, readers := range []int{100, 1000} {
		b.Run(fmt.Sprint(readers), func(b *testing.B) {
			j, _, s := benchJournal(b)
			var wg sync.WaitGroup
			var delay atomic.Int64 // from stamping to the last reader's hands, summed
			for range readers {
				c := j.Follow(live.Filter{}, j.Last())
				wg.Go(func() {
					for got := 0; got < b.N; {
						batch, err := c.Next(b.Context())
						if err != nil {
							b.Error(err)
							return
						}
						got += len(batch.Entries)
						delay.Add(int64(time.Since(batch.Entries[0].Received)))
					}
				})
			}
			b.ResetTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			for range 64 {
				wg.Go(func() {
					for left.Add(-1) >= 0 {
						if _, err := j.Append(b.Context(), live.Draft{Source: s, Data: payload}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			b.ReportMetric(float64(b.N*readers)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

// BenchmarkPage reads a page as the window does, with a million messages stored.
func BenchmarkPage(b *testing.B) {
	j, _, s := benchJournal(b)
	rare, err := j.AddSource(b.Context(), live.Source{Name: "rare", Kind: live.ChannelSource})
	if err != nil {
		b.Fatal(err)
	}
	drafts := make([]live.Draft, 4000)
	for i := range 250 {
		for k := range drafts {
			drafts[k] = live.Draft{Source: s, Data: payload, ID: fmt.Sprint(i, "-", k)}
			if k == 0 {
				drafts[k].Source = rare.ID
			}
		}
		if _, err := j.AppendAll(b.Context(), drafts); err != nil {
			b.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		q    live.Query
	}{
		{"Newest", live.Query{Newest: true}},
		{"NewestOfOne", live.Query{Newest: true, Filter: live.Filter{Sources: []int64{s}}}},
		{"NewestOfRare", live.Query{Newest: true, Filter: live.Filter{Sources: []int64{rare.ID}}}},
		{"NewestOfBoth", live.Query{Newest: true, Filter: live.Filter{Sources: []int64{s, rare.ID}}}},
		{"Middle", live.Query{After: 500_000}},
		{"Text", live.Query{Newest: true, Filter: live.Filter{Where: filter.MustParse("PAID")}}},
		{"TextNowhere", live.Query{Newest: true, Filter: live.Filter{Where: filter.MustParse("nowhere")}}},
		{"TextInRare", live.Query{Newest: true, Filter: live.Filter{Sources: []int64{rare.ID}, Where: filter.MustParse("nowhere")}}},
		{"ID", live.Query{Filter: live.Filter{Where: filter.MustParse("id:100-2000")}}},
		{"At", live.Query{At: time.Now().Add(-time.Second)}},
	} {
		c.q.Limit, c.q.Preview = 100, 400
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				p, err := j.Read(b.Context(), c.q)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(p.To-p.From+1), "examined")
			}
		})
	}
}
