package feed

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/health"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
)

// limited sets the feed's limit, in messages a second.
func (f *fixture) limited(rate int) {
	f.Helper()
	s, _ := f.Get("a")
	s.Feed.MaxRate = rate
	_, err := f.Edit(f.Context(), "a", s.Feed, nil)
	f.must(err)
	synctest.Wait()
}

// numbered are events with the ids from one number to another.
func numbered(from, to int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		fmt.Fprintf(&b, "id: %d\ndata: %d\n\n", n, n)
	}
	return b.String()
}

// told summarizes the entries of a timeline after a note.
func (f *fixture) told() (list []string) {
	f.Helper()
	synctest.Wait()
	for _, e := range f.entries("a") {
		switch e.Kind {
		case live.GapKind:
			missing := "?"
			if e.Gap.Missing != nil {
				missing = fmt.Sprint(*e.Gap.Missing)
			}
			list = append(list, e.Gap.Code+" "+missing)
		case live.NoteKind:
			list = append(list, e.Note.Code)
		default:
			list = append(list, e.ID)
		}
	}
	return list
}

func (f *fixture) tells(want string) {
	f.Helper()
	if got := strings.Join(f.told(), ", "); got != want {
		f.Errorf("the timeline has %s\nwant %s", got, want)
	}
}

func TestALimitCountsWhatItLeavesOut(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("")
		f.limited(3)
		if p.dials.Load() != 1 {
			t.Fatal("the limit needed a new connection")
		}
		c.send(numbered(1, 10))
		f.tells("1, 2, 3")
		time.Sleep(limitWindow)
		c.send(numbered(11, 12))
		f.tells("1, 2, 3, limit 7, 11, 12")
		g := f.entries("a")[3].Gap
		if g.Reason != "7 messages were left out: this feed is limited to 3 a second." || g.From.IsZero() || g.To.IsZero() {
			t.Errorf("%+v", g)
		}
		if h := f.health(); h.Messages != 12 || h.LastEventID != "12" {
			t.Errorf("%+v", h)
		}
		// Gaps of another Signalbox count too, with the number of missing messages.
		c.send(numbered(13, 14) + "event: gap\ndata: {\"missing\":5,\"code\":\"trimmed\",\"reason\":\"Gone.\"}\n\n")
		f.limited(0)
		c.send(numbered(15, 20))
		f.tells("1, 2, 3, limit 7, 11, 12, 13, limit 6, 15, 16, 17, 18, 19, 20")
		if g := f.entries("a")[7].Gap; g.Reason != "1 message and 1 gap were left out: this feed is limited to 3 a second." {
			t.Errorf("%+v", g)
		}
	})
}

func TestTheGapOfALimitIsWrittenWithoutAFurtherMessage(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("")
		f.limited(2)
		c.send(numbered(1, 5))
		time.Sleep(health.CheckInterval + time.Second)
		f.tells("1, 2, limit 3")
		// The feed resumes after its id, whether the gap is written or not.
		c.send(numbered(6, 9))
		c.close()
		again := r.soon()
		if got := again.Header.Get("Last-Event-ID"); got != "9" {
			t.Errorf("it resumes after %q", got)
		}
		again.stream(numbered(10, 10))
		f.tells("1, 2, limit 3, 6, 7, limit 2, lost, disconnected 0, 10")
	})
}

func TestTheGapOfALimitSurvivesAKill(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("")
		f.limited(2)
		c.send(numbered(1, 5))
		synctest.Wait()
		s, _ := f.Get("a")
		m, err := f.db.Mark(f.Context(), ingest.MarkName(s.ID))
		f.must(err)
		// The gap is not written yet: after a kill these messages are requested and
		// counted again.
		if m.Text != "2" {
			t.Errorf("the mark is after %q", m.Text)
		}
		f.stop()
		// A clean end has written the gap.
		f.start()
		m, err = f.db.Mark(f.Context(), ingest.MarkName(s.ID))
		f.must(err)
		if m.Text != "5" {
			t.Errorf("after a proper end the mark is after %q", m.Text)
		}
	})
}
