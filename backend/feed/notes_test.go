package feed

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/dial"
	"signalbox/backend/english"
	"signalbox/backend/health"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
)

// codes returns a feed's history: the codes of notes and gaps, the ids of events.
func (f *fixture) codes() (list []string) {
	f.Helper()
	synctest.Wait()
	for _, e := range f.history("a") {
		switch e.Kind {
		case live.GapKind:
			list = append(list, "gap "+e.Gap.Code)
		case live.NoteKind:
			list = append(list, e.Note.Code)
		default:
			list = append(list, e.ID)
		}
	}
	return list
}

func (f *fixture) noted(want ...string) {
	f.Helper()
	if got := f.codes(); !slices.Equal(got, want) {
		f.Errorf("the journal has %q\nwant %q", got, want)
	}
}

// note returns the newest note of a code.
func (f *fixture) newest(code string) entry {
	f.Helper()
	for _, e := range slices.Backward(f.history("a")) {
		if e.Note.Code == code || e.Gap.Code == code {
			return e
		}
	}
	f.Fatalf("there is no %s in %v", code, f.history("a"))
	return entry{}
}

func TestEveryChangeOfAFeedsHealthIsANote(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon()
		c.w.WriteHeader(http.StatusServiceUnavailable)
		c.close()
		want := []string{"failed"}
		f.noted(want...)
		time.Sleep(time.Until(f.health().RetryAt))
		c = r.soon() // for the same reason: nothing new
		c.w.WriteHeader(http.StatusServiceUnavailable)
		c.close()
		f.noted(want...)
		time.Sleep(time.Until(f.health().RetryAt))
		c = r.soon()
		c.w.WriteHeader(http.StatusBadGateway)
		c.close()
		want = append(want, "failed")
		f.noted(want...)
		if n := f.newest("failed").Note; n.Reason != "Connecting failed. 502 Bad Gateway." {
			t.Errorf("%+v", n)
		}
		time.Sleep(time.Until(f.health().RetryAt))
		c = r.soon().stream(numbered(1, 1))
		want = append(want, "opened", "1")
		f.noted(want...)
		if n := f.newest("opened").Note; n.Reason != "Connected to feed.test." {
			t.Errorf("%+v", n)
		}

		time.Sleep(23 * time.Minute)
		want = append(want, "quiet")
		f.noted(want...)
		c.send(numbered(2, 2))
		want = append(want, "heard", "2")
		f.noted(want...)
		if n := f.newest("heard").Note; n.Reason != "Heard again after 23 min of silence." {
			t.Errorf("%+v", n)
		}

		lost := time.Now()
		c.close()
		want = append(want, "lost")
		f.noted(want...)
		time.Sleep(time.Until(f.health().RetryAt))
		r.soon().stream("")
		f.noted(want...)
		time.Sleep(ingest.EvidenceTimeout + time.Millisecond)
		want = append(want, "opened", "gap disconnected")
		f.noted(want...)
		if e := f.newest("opened"); e.Note.Reason != "Connected again." || f.newest("disconnected").Gap.To.Sub(live.StoredTime(lost)) < dial.DefaultReconnectionTime {
			t.Errorf("%v, lost at %v", e, lost)
		}
		if all := f.history("a"); !slices.IsSortedFunc(all, func(a, b entry) int { return a.Received.Compare(b.Received) }) {
			t.Errorf("the times are not in order: %v", all)
		}

		f.must(f.Pause(f.Context(), "a"))
		want = append(want, "paused")
		f.noted(want...)
		s, _ := f.Get("a")
		s.Feed.Headers = []live.Header{{Name: "X-Team", Value: "blue"}}
		_, err := f.Edit(f.Context(), "a", s.Feed, nil)
		f.must(err)
		want = append(want, "edited")
		f.noted(want...)
		f.must(f.Resume(f.Context(), "a"))
		r.soon().stream(numbered(3, 3))
		want = append(want, "resumed", "opened", "gap paused", "3")
		f.noted(want...)
		f.must(f.Reconnect("a"))
		r.soon().stream(numbered(4, 4))
		want = append(want, "reconnected", "opened", "gap reconnected", "4")
		f.noted(want...)
		s.Feed.Headers = []live.Header{{Name: "X-Team", Value: "green"}}
		_, err = f.Edit(f.Context(), "a", s.Feed, nil)
		f.must(err)
		c = r.soon().stream(numbered(5, 5))
		want = append(want, "edited", "opened", "gap edited", "5")
		f.noted(want...)
		if n := f.newest("edited").Gap; !strings.HasPrefix(n.Reason, "Reconnected with new settings within ") {
			t.Errorf("%+v", n)
		}
		s.Feed.MaxRate = 1000
		_, err = f.Edit(f.Context(), "a", s.Feed, nil)
		f.must(err)
		want = append(want, "edited")
		f.noted(want...)
		if n := f.newest("edited").Note; n.Reason != "Settings changed: limit." {
			t.Errorf("%+v", n)
		}
		s.Feed.Colour = 5
		_, err = f.Edit(f.Context(), "a", s.Feed, nil)
		f.must(err)
		f.noted(want...) // how it looks is not how it is doing

		c.close()
		want = append(want, "lost")
		f.noted(want...)
		f.must(f.Pause(f.Context(), "a")) // while it waits
		want = append(want, "paused")
		f.noted(want...)
		f.must(f.Resume(f.Context(), "a"))
		c = r.soon()
		c.w.WriteHeader(http.StatusNoContent)
		c.close()
		want = append(want, "resumed", "stopped")
		f.noted(want...)
		f.must(f.Reconnect("a"))
		r.soon().stream(numbered(6, 6))
		want = append(want, "reconnected", "opened", "gap disconnected", "6")
		f.noted(want...)
	})
}

func TestAReconnectOnRequestIsNoLostConnection(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		r.soon().stream(orders(1, 5))
		synctest.Wait()
		f.must(f.Reconnect("a"))
		r.soon().stream(orders(6, 6))
		f.noted("opened", "1", "2", "3", "4", "5", "reconnected", "opened", "gap reconnected", "6")
		for _, e := range f.history("a") {
			if strings.Contains(e.Data, "lost") {
				t.Error(e)
			}
		}
		if g := f.newest("reconnected").Gap; g.Reason != "Reconnected on request within 0 ms. Resumed after id 5, nothing is missing." || g.WaitedMS != 0 {
			t.Errorf("%+v", g)
		}
	})
}

func TestAFeedWithUnknownSilenceBecomesQuiet(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("data: a\n\n")
		time.Sleep(9 * time.Minute)
		if h := f.health(); h.State != live.Open || h.Reason != "" {
			t.Errorf("after 9 min: %+v", h)
		}
		time.Sleep(14 * time.Minute)
		h := f.health()
		if h.State != live.Quiet || h.Code != "unknown_rhythm" || h.Reason != "Nothing for 23 min; the usual interval is unknown." || h.UsualSilence != 0 {
			t.Errorf("after 23 min: %+v", h)
		}
		if n := p.dials.Load(); n != 1 {
			t.Errorf("%d connections: a healthy idle stream was ended", n)
		}
		c.send("data: b\n\n")
		if h := f.health(); h.State != live.Open || h.Reason != "" {
			t.Errorf("when it spoke: %+v", h)
		}
	})
}

// flap lets the server send a message and close, n times, each time as soon as
// the feed is back.
func flap(r *remote, from, n int, lived time.Duration) {
	for i := from; i < from+n; i++ {
		c := r.soon().stream(fmt.Sprintf("retry: 0\nid: %d\ndata: a\n\n", i))
		time.Sleep(lived)
		c.close()
	}
}

func TestAFlappingFeedReconnectsWithoutGrowingWaits(t *testing.T) {
	for name, text := range map[string]string{"with messages": "id: 1\ndata: a\n\n", "with heartbeats only": ":\n\n"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(f *fixture, r *remote, p *pipes) {
				for i := range 20 {
					c := r.soon().stream(text)
					time.Sleep(2500 * time.Millisecond)
					c.send("data: cut") // broken off in the middle
					r.cut(c)
					if d := time.Until(f.health().RetryAt); d < dial.DefaultReconnectionTime || d > dial.DefaultReconnectionTime*5/4 {
						t.Fatalf("after %d connections that worked it waits %v", i+1, d)
					}
				}
			})
		})
	}
}

func TestTheGapOfAnOutageNamesOurOwnWaiting(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream(orders(1, 5) + "retry: 20000\n\n")
		synctest.Wait()
		c.close()
		synctest.Wait()
		d := time.Until(f.health().RetryAt)
		c = r.soon()
		time.Sleep(30 * time.Second) // the server takes that long to answer
		c.stream(orders(6, 6))
		synctest.Wait()
		g := f.newest("disconnected").Gap
		if g.WaitedMS < d.Milliseconds()-1 || g.WaitedMS > d.Milliseconds()+1 || g.To.Sub(g.From) < d+29*time.Second {
			t.Errorf("waited %v: %+v", d, g)
		}
		want := fmt.Sprintf("Connection lost for %s, of which Signalbox waited %s before it tried again. ", english.Duration(g.To.Sub(g.From)), english.Duration(d))
		if !strings.HasPrefix(g.Reason, want) {
			t.Errorf("%s\nwant %s", g.Reason, want)
		}
	})
}

func TestLossesOfAServerThatClosesAtOnceAreSummarized(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		const all = 1000
		began := time.Now()
		flap(r, 1, all, 0)
		took := time.Since(began)
		if g := f.newest("disconnected").Gap; took < summaryPeriod+10*time.Second || g.Count < all/4 {
			t.Errorf("nothing is written during the series, after %v: %+v", took, g)
		}
		c := r.soon().stream(numbered(all+1, all+1))
		time.Sleep(ingest.MaxSummaryPeriod)
		c.send(numbered(all+2, all+2))
		synctest.Wait()
		var events, rows int
		var outages int64
		for _, e := range f.history("a") {
			switch e.Kind {
			case live.Event:
				events++
			case live.GapKind:
				rows++
				outages += max(1, e.Gap.Count)
				if e.Gap.Missing == nil || *e.Gap.Missing != 0 {
					// The first few ids are not yet a sequence.
					if rows > 12 {
						t.Errorf("%+v", e.Gap)
					}
				}
			case live.NoteKind:
				rows++
			}
		}
		// The first outages have three entries each, then there is a summary after
		// one minute, two, four…
		if events != all+2 || outages != all || rows > 20 {
			t.Errorf("in %v %d events, %d outages in %d entries:\n%v", took, events, outages, rows, f.entries("a"))
		}
		g := f.newest("disconnected").Gap
		if g.Count < 2 || !strings.Contains(g.Reason, "more times within ") || !strings.Contains(g.Reason, "The last time: The server closed the stream. ") {
			t.Errorf("%+v", g)
		}
	})
}

func TestASummaryAddsUpTheMissingMessages(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		r.soon().stream("retry: 0\n\n" + numbered(1, 5)).close()
		next := 6
		for range 20 { // one message is missing after each loss
			r.soon().stream("retry: 0\n\n" + numbered(next+1, next+4)).close()
			next += 5
		}
		r.soon().stream(numbered(next, next))
		time.Sleep(summaryPeriod + health.CheckInterval)
		synctest.Wait()
		missing := int64(0)
		for _, e := range f.history("a") {
			if e.Kind == live.GapKind {
				missing += *e.Gap.Missing
			}
		}
		if g := f.newest("disconnected").Gap; missing != 20 || g.Count < 10 || !strings.HasSuffix(g.Reason, " messages are missing.") {
			t.Errorf("%d are missing, %v", missing, f.entries("a"))
		}
	})
}

func TestALongOutageIsWrittenAlthoughASummaryIsCollecting(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		flap(r, 1, 10, 0)
		synctest.Wait()
		if n := f.entries("a"); n[len(n)-1].Kind != live.Event {
			t.Errorf("it is not gathered: %v", n)
		}
		p.down.Store(true)
		time.Sleep(ingest.MaxCollectedOutage + dial.MaxWait)
		synctest.Wait()
		list := f.codes()
		if n := slices.Index(list, "10"); !slices.Equal(list[n+1:], []string{"failed", "gap disconnected", "lost"}) {
			t.Errorf("%q\n%v", list, f.history("a"))
		}
		if n := f.newest("lost").Note; !strings.HasPrefix(n.Reason, "Connection lost 6") || !strings.HasSuffix(n.Reason, " s ago. The server closed the stream.") {
			t.Errorf("%+v", n)
		}
		p.down.Store(false)
		f.woke()
		r.soon().stream(numbered(11, 11))
		synctest.Wait()
		if list = f.codes(); !slices.Equal(list[len(list)-3:], []string{"opened", "gap disconnected", "11"}) {
			t.Errorf("%q", list)
		}
	})
}

func TestASummaryIsWrittenWhenTheProgramEnds(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		flap(r, 1, 10, 0)
		r.soon().stream(numbered(11, 11))
		synctest.Wait()
		f.stop()
		f.start()
		outages := int64(0)
		for _, e := range f.history("a") {
			if e.Gap.Code == "disconnected" || e.Gap.Code == "no_ids" {
				outages += max(1, e.Gap.Count)
			}
		}
		if outages != 10 {
			t.Errorf("%d outages: %v", outages, f.history("a"))
		}
	})
}

func TestReasonsThatAlternateAreSummarized(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		for n := range 100 {
			c := r.soon()
			c.w.WriteHeader(500 + n%2)
			c.close()
			time.Sleep(time.Until(f.health().RetryAt))
		}
		list := f.history("a")
		if n := len(list); n < 4 || n > 70 || !slices.ContainsFunc(list, func(e entry) bool {
			return e.Note.Count == 2 && strings.HasPrefix(e.Note.Reason, "Connecting failed for another reason 2 more times within ")
		}) {
			t.Errorf("%d rows: %v", n, list)
		}
	})
}

func TestTheLimitAppliesToGapsFromUpstream(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("")
		f.limited(10)
		const gap = "event: gap\ndata: {\"missing\":2,\"code\":\"trimmed\",\"reason\":\"Gone.\"}\n\n"
		c.send(strings.Repeat(gap, 5000))
		synctest.Wait()
		if list := f.entries("a"); len(list) != 10 {
			t.Fatalf("%d were stored at a limit of 10", len(list))
		}
		time.Sleep(health.CheckInterval + limitWindow)
		synctest.Wait()
		list := f.entries("a")
		if len(list) != 11 {
			t.Fatalf("%v", list)
		}
		g := list[10].Gap
		if g.Code != "limit" || *g.Missing != 2*4990 || g.Reason != "4990 gaps were left out: this feed is limited to 10 a second." {
			t.Errorf("%v", list[10:])
		}
		c.send(strings.Repeat(gap, 10) + "event: gap\ndata: {\"missing\":null,\"code\":\"disconnected\",\"reason\":\"Who knows.\"}\n\n")
		time.Sleep(health.CheckInterval + limitWindow)
		synctest.Wait()
		list = f.entries("a")
		if g := list[len(list)-1].Gap; g.Code != "limit" || g.Missing != nil {
			t.Errorf("one that is not known makes the sum unknown: %+v", g)
		}
	})
}

func TestIDsAloneDoNotGetAGapEach(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		c := r.soon().stream("")
		f.limited(3)
		var b strings.Builder
		for n := 1; n <= 1000; n++ {
			fmt.Fprintf(&b, "data: %d\n\nid: %d\n\n", n, n)
		}
		c.send(b.String())
		synctest.Wait()
		if list := f.entries("a"); len(list) != 3 {
			t.Errorf("%d rows", len(list))
		}
		// The gap is not written yet: the stored last event ID is before it.
		s, _ := f.Get("a")
		if m, err := f.db.Mark(f.Context(), ingest.MarkName(s.ID)); err != nil || m.Text != "3" {
			t.Errorf("%+v, %v", m, err)
		}
		c.close()
		c = r.soon()
		if got := c.Header.Get("Last-Event-ID"); got != "1000" {
			t.Errorf("it resumes after %q", got)
		}
		f.tells(", , , limit 997, lost")
	})
}

func TestAFloodOverManyConnectionsStaysWithinTheLimit(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		f.limited(3)
		began := time.Now()
		for range 200 {
			r.soon().stream("retry: 0\n\n" + numbered(1, 10)).close()
		}
		took := time.Since(began)
		synctest.Wait()
		n := len(f.history("a"))
		if most := int(took/time.Second+2)*(3+1) + 20; n > most {
			t.Errorf("%d rows in %v, at most %d", n, took, most)
		}
	})
}

func TestACrashLosesNoCollectedOutages(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		flap(r, 1, 10, time.Millisecond)
		c := r.soon().stream(numbered(11, 11))
		synctest.Wait()
		told := int64(0)
		for _, e := range f.history("a") {
			if e.Kind == live.GapKind {
				told += max(1, e.Gap.Count)
			}
		}
		if told >= 10 {
			t.Fatalf("nothing is gathered: %v", f.history("a"))
		}
		dir := f.TempDir() // what a kill leaves
		f.must(os.CopyFS(dir, os.DirFS(f.dir)))
		f.stop()
		c.close()
		f.dir = dir
		f.start()
		r.soon().stream(numbered(12, 12))
		synctest.Wait()
		g := f.newest("restarted").Gap
		if g.Count != 10-told+1 || g.Missing != nil || !strings.Contains(g.Reason, fmt.Sprintf("the connection was lost %d times.", 10-told)) {
			t.Errorf("%d were written before: %+v", told, g)
		}
		// After a second crash it is already written.
		dir = f.TempDir()
		f.must(os.CopyFS(dir, os.DirFS(f.dir)))
		f.stop()
		f.dir = dir
		f.start()
		r.soon().stream(numbered(13, 13))
		synctest.Wait()
		if g := f.newest("restarted").Gap; g.Count != 0 || g.Missing == nil {
			t.Errorf("%+v", g)
		}
	})
}
