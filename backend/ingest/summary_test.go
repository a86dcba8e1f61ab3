package ingest

import (
	"fmt"
	"testing"
	"time"

	"signalbox/backend/live"
)

func TestTheFirstNotesAreWrittenAtOnceAndTheRestSummarized(t *testing.T) {
	var s summary
	now := time.Now()
	for n := range 3 {
		if !s.happened(now) {
			t.Fatalf("occurrence %d has no note", n+1)
		}
	}
	periods := []time.Duration{}
	for begin := now; len(periods) < 6; now = now.Add(time.Second) {
		if s.happened(now) {
			t.Fatal("a frequent occurrence has a note of its own")
		}
		s.collect(now, now, live.Text{})
		if s.due(now) {
			periods = append(periods, now.Sub(begin).Round(time.Minute))
			s.reset(now)
			begin = now
		}
	}
	if want := "[1m0s 2m0s 4m0s 8m0s 10m0s 10m0s]"; fmt.Sprint(periods) != want {
		t.Errorf("summaries after %v, want %s", periods, want)
	}
	s.collect(now, now, live.Text{})
	s.reset(now)
	if !s.happened(now.Add(summaryReset)) || s.period != firstPeriod {
		t.Error("after a quiet period the note is not written at once")
	}
}
