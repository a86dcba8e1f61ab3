package gapcount_test

import (
	"encoding/json"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/serve/gapcount"
	"signalbox/backend/sqlite"
)

// A story appends gaps to a journal and counts them.
type story struct {
	t       *testing.T
	journal *journal.Journal
	now     time.Time
}

func open(t *testing.T) *story {
	t.Helper()
	store, err := sqlite.Open(t.Context(), t.TempDir())
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
	return &story{t, j, time.Now()}
}

func (s *story) source(name string) int64 {
	s.t.Helper()
	src, err := s.journal.AddSource(s.t.Context(), live.Source{Name: name, Kind: live.ChannelSource})
	if err != nil {
		s.t.Fatal(err)
	}
	return src.ID
}

// gap appends a gap that was received some time ago, and a message behind it.
func (s *story) gap(source int64, ago time.Duration, g live.Gap) {
	s.t.Helper()
	data, err := json.Marshal(g)
	if err != nil {
		s.t.Fatal(err)
	}
	at := s.now.Add(-ago)
	drafts := []live.Draft{
		{Source: source, Kind: live.GapKind, Data: string(data), Received: at},
		{Source: source, Data: "a message", Received: at},
	}
	if _, err := s.journal.AppendAll(s.t.Context(), drafts); err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) expect(c *gapcount.Counter, source int64, want gapcount.Counts) {
	s.t.Helper()
	if err := c.Update(s.t.Context(), s.now); err != nil {
		s.t.Fatal(err)
	}
	if got := c.Of(source); got != want {
		s.t.Errorf("%+v, want %+v", got, want)
	}
}

func TestTheGapsOfADayAreCountedForEachSource(t *testing.T) {
	s := open(t)
	orders, stock := s.source("orders"), s.source("stock")
	s.gap(orders, 30*time.Hour, live.Gap{Missing: new(int64(500))})
	s.gap(orders, 23*time.Hour, live.Gap{Missing: new(int64(18))})
	s.gap(stock, 2*time.Hour, live.Gap{Missing: new(int64(0)), Count: 14})
	s.gap(stock, time.Hour, live.Gap{})

	c := gapcount.New(s.journal)
	s.expect(c, orders, gapcount.Counts{Gaps: 1, Missing: 18})
	s.expect(c, stock, gapcount.Counts{Gaps: 15, Unknown: 1})

	s.gap(orders, 0, live.Gap{})
	s.now = s.now.Add(time.Minute)
	s.expect(c, orders, gapcount.Counts{Gaps: 2, Missing: 18, Unknown: 1})
	s.now = s.now.Add(2 * time.Hour)
	s.expect(c, orders, gapcount.Counts{Gaps: 1, Unknown: 1})
	s.now = s.now.Add(24 * time.Hour)
	s.expect(c, orders, gapcount.Counts{})
	s.expect(c, stock, gapcount.Counts{})
}

func TestAGapThatIsProvenLaterCountsOnce(t *testing.T) {
	s := open(t)
	orders, stock := s.source("orders"), s.source("stock")
	lost := live.StoredTime(s.now.Add(-time.Minute))
	s.gap(orders, 2*time.Second, live.Gap{From: lost})
	c := gapcount.New(s.journal)
	s.expect(c, orders, gapcount.Counts{Gaps: 1, Unknown: 1})

	s.gap(stock, 0, live.Gap{From: lost})
	s.gap(orders, 0, live.Gap{From: lost, Missing: new(int64(3))})
	s.now = s.now.Add(time.Minute)
	s.expect(c, orders, gapcount.Counts{Gaps: 1, Missing: 3})
	s.expect(c, stock, gapcount.Counts{Gaps: 1, Unknown: 1})
}
