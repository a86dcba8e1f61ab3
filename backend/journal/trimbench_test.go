package journal_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// BenchmarkAppendAtTheLimit is 64 callers, each of whom waits for its commit,
// on a journal that may grow and on one that has reached what it keeps, in
// turns of half a second: the machine is the same for both.
func BenchmarkAppendAtTheLimit(b *testing.B) {
	for _, c := range []struct {
		name string
		id   bool
		keep live.Keep
		own  live.Keep
	}{
		{"Bytes", false, live.Keep{Bytes: 20_000 * int64(len(payload))}, live.Keep{}},
		{"BytesIDs", true, live.Keep{Bytes: 20_000 * int64(len(payload))}, live.Keep{}},
		{"Messages", false, live.Keep{Messages: 20_000}, live.Keep{}},
		{"OfASource", false, live.Keep{}, live.Keep{Messages: 20_000}},
	} {
		b.Run(c.name, func(b *testing.B) {
			free, atLimit := newLoad(b, live.Keep{}, live.Keep{}), newLoad(b, c.keep, c.own)
			free.ids, atLimit.ids = c.id, c.id
			// More than the limit of tombstones, so that each step deletes tombstones too.
			atLimit.fill(150_000)
			free.fill(20_000)
			b.ResetTimer()
			var ratios []float64
			for range b.N {
				x, y := free.run(500*time.Millisecond), atLimit.run(500*time.Millisecond)
				ratios = append(ratios, y/x)
			}
			b.StopTimer()
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
			b.ReportMetric(float64(free.percentile(0.99).Microseconds())/1000, "free-p99-ms")
			b.ReportMetric(float64(atLimit.percentile(0.99).Microseconds())/1000, "limit-p99-ms")
			b.ReportMetric(free.rate(), "free/s")
			b.ReportMetric(atLimit.rate(), "limit/s")
			b.ReportMetric(100*atLimit.over, "over-%")
		})
	}
}

// A load is a journal with its measurements.
type load struct {
	*testing.B
	j      *journal.Journal
	source int64
	keep   live.Keep
	ids    bool
	sent   atomic.Int64
	mu     sync.Mutex
	waits  []time.Duration
	took   time.Duration
	over   float64 // the most by which the limit was exceeded
}

func newLoad(b *testing.B, keep, own live.Keep) *load {
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
	s, err := j.AddSource(b.Context(), live.Source{Name: "bench", Kind: live.ChannelSource, Keep: own})
	if err != nil {
		b.Fatal(err)
	}
	j.SetKeep(keep)
	if keep == (live.Keep{}) {
		keep = own
	}
	return &load{B: b, j: j, source: s.ID, keep: keep}
}

func (l *load) draft() live.Draft {
	d := live.Draft{Source: l.source, Data: payload}
	if n := l.sent.Add(1); l.ids {
		d.ID = fmt.Sprintf("%x-%d", n*0x9e3779b9&0xffffffff, n)
	}
	return d
}

func (l *load) fill(n int) {
	l.Helper()
	for range n / 500 {
		drafts := make([]live.Draft, 500)
		for i := range drafts {
			drafts[i] = l.draft()
		}
		if _, err := l.j.AppendAll(l.Context(), drafts); err != nil {
			l.Fatal(err)
		}
	}
}

// run publishes for that long and returns the speed.
func (l *load) run(d time.Duration) float64 {
	l.Helper()
	begun := time.Now()
	end := begun.Add(d)
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			var waits []time.Duration
			for at := time.Now(); at.Before(end); {
				if _, err := l.j.Append(l.Context(), l.draft()); err != nil {
					l.Error(err)
					return
				}
				now := time.Now()
				waits, at = append(waits, now.Sub(at)), now
			}
			n.Add(int64(len(waits)))
			l.mu.Lock()
			l.waits = append(l.waits, waits...)
			l.mu.Unlock()
		})
	}
	for time.Now().Before(end) {
		s := l.j.Stats()
		if l.keep.Messages > 0 {
			l.over = max(l.over, float64(s.Messages)/float64(l.keep.Messages)-1)
		}
		if l.keep.Bytes > 0 {
			l.over = max(l.over, float64(s.Bytes)/float64(l.keep.Bytes)-1)
		}
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	l.took += time.Since(begun)
	return float64(n.Load()) / time.Since(begun).Seconds()
}

func (l *load) rate() float64 { return float64(len(l.waits)) / l.took.Seconds() }

func (l *load) percentile(p float64) time.Duration {
	slices.Sort(l.waits)
	return l.waits[int(p*float64(len(l.waits)-1))]
}
