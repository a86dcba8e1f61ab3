package feed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// orders is a stream of numbered events.
func orders(from, to int) string {
	var b strings.Builder
	b.WriteString("retry: 1\n")
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "id: %d\ndata: order %d\n\n", i, i)
	}
	return b.String()
}

func TestMessagesMissingAfterAReconnectionAreCounted(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream(orders(1, 5)).close()
	r.next(t).stream(orders(9, 10))
	list := f.untilCount("a", 9)
	if g := list[6].Gap; g.Missing == nil || *g.Missing != 3 || g.After != "5" || !strings.HasSuffix(g.Reason, "Resumed after id 5, 3 messages are missing.") {
		t.Error(list[6])
	}
	if list[7].ID != "9" {
		t.Error(list)
	}
}

func TestARestartResumesFromWhatWasCommitted(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream(orders(1, 5))
	f.untilCount("a", 5)
	f.stop()
	f.start()
	c := r.next(t)
	if got := c.Header.Get("Last-Event-ID"); got != "5" {
		t.Errorf("resumed after %q", got)
	}
	c.stream(orders(6, 6))
	list := f.untilCount("a", 7)
	if g := list[5].Gap; g.Code != "restarted" || g.Missing == nil || *g.Missing != 0 || !strings.HasPrefix(g.Reason, "Signalbox was not running for ") {
		t.Error(list[5])
	}
	if e := list[6]; e.ID != "6" || e.Connection != 2 {
		t.Errorf("%v on connection %d", e, e.Connection)
	}
	h := f.open("a").Health
	if h.Connection != 2 || h.Reconnects != 1 || h.Up != 1 || h.LastMessage.IsZero() {
		t.Errorf("%+v", h)
	}
	attempts, err := f.Attempts(t.Context(), "a", 10)
	f.must(err)
	if len(attempts) != 2 || attempts[1].Code != "ended" || attempts[1].Messages != 5 || attempts[1].Ended.IsZero() ||
		!attempts[0].Ended.IsZero() || attempts[0].Opened.IsZero() || attempts[0].Status != 200 || attempts[0].Address == "" {
		t.Errorf("%+v", attempts)
	}
}

func TestAfterACrashTheEndOfTheConnectionIsKnown(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	id := f.add("a", r.URL).Source.ID
	r.next(t).stream(orders(1, 5))
	f.untilCount("a", 5)
	f.stop()
	// After a crash, the record is as last stored during the attempt.
	db, err := sqlite.Open(t.Context(), f.dir)
	f.must(err)
	list, err := db.Installation().Attempts(t.Context(), id, time.Time{}, 1)
	f.must(err)
	crashed := list[0]
	crashed.Connection, crashed.Code, crashed.Reason = 2, "", ""
	f.must(db.Installation().PutAttempt(t.Context(), crashed))
	f.must(db.Close())

	f.start()
	r.next(t).stream(orders(6, 6))
	list, err = f.Attempts(t.Context(), "a", 10)
	f.must(err)
	if len(list) != 3 || list[0].Connection != 3 || list[1].Code != "ended" || list[1].Reason == "" || !list[1].Ended.Equal(crashed.Ended) {
		t.Errorf("%+v", list)
	}
	if g := f.untilCount("a", 7)[5].Gap; g.Code != "restarted" || !g.From.Equal(crashed.Ended) || *g.Missing != 0 {
		t.Errorf("%+v", g)
	}
}

func TestPauseAndResumeAreNotes(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream(orders(1, 5))
	f.untilCount("a", 5)
	f.must(f.Pause(t.Context(), "a"))
	s, _ := f.Get("a")
	if s.Health.State != live.Stopped || s.Health.Code != "paused" || !s.Paused {
		t.Errorf("%+v", s.Health)
	}
	f.must(f.Pause(t.Context(), "a")) // twice is once
	f.stop()
	f.start()
	if s = f.wait("a", "paused", func(s live.FeedStatus) bool { return s.Health.LastEventID == "5" && s.Health.Connection == 1 }); s.Health.State != live.Stopped {
		t.Errorf("after a restart: %+v", s.Health)
	}
	f.must(f.Resume(t.Context(), "a"))
	c := r.next(t)
	if got := c.Header.Get("Last-Event-ID"); got != "5" {
		t.Errorf("resumed after %q", got)
	}
	c.stream(orders(6, 6))
	list := f.untilCount("a", 8)
	if n, g := list[5].Note, list[6].Gap; n.Code != "paused" || g.Code != "paused" || g.Missing == nil || *g.Missing != 0 {
		t.Errorf("%v", list[5:])
	}
}

func TestAnIDAloneIsResumedFrom(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream("retry: 1\n\ndata: a\n\nid: 9\n\n").close()
	if got := r.next(t).Header.Get("Last-Event-ID"); got != "9" {
		t.Errorf("resumed after %q", got)
	}
	f.stop()
	f.start()
	if got := r.next(t).Header.Get("Last-Event-ID"); got != "9" {
		t.Errorf("after a restart %q", got)
	}
}

func TestAResetIDIsNotSent(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream("retry: 1\n\nid: 9\ndata: a\n\nid\ndata: b\n\n").close()
	if got, sent := r.next(t).Header["Last-Event-Id"]; sent {
		t.Errorf("%q was sent", got)
	}
}

func TestARefusalDuringAnOutageIsNoSecondLoss(t *testing.T) {
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream(orders(1, 5)).close()
	c := r.next(t)
	c.w.WriteHeader(503)
	c.close()
	f.waiting("a")
	f.must(f.Reconnect("a"))
	r.next(t).stream(orders(6, 6))
	list := f.untilCount("a", 8)
	if list[5].Note.Code != "lost" || list[6].Note.Code != "failed" || list[7].Kind != live.GapKind || *list[7].Gap.Missing != 0 {
		t.Errorf("%v", list)
	}
}
