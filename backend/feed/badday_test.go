package feed

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signalbox/backend/ingest"
	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
	"signalbox/backend/sqlite"
)

func TestTwoHundredThousandEventsAtOnceAreAllThere(t *testing.T) {
	const events = 200_000
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	c := r.next(t).stream("retry: 1\n\n")
	var all bytes.Buffer
	for i := 1; i <= events; i++ {
		fmt.Fprintf(&all, "id: %d\nevent: order.paid\ndata: {\"order\":%d}\n\n", i, i)
	}
	c.send(all.String()).close()
	// The note of the end follows the last event.
	list := f.until("a", "the end", func(l []entry) bool { return len(l) > 0 && l[len(l)-1].Note.Code == "lost" })
	want := events - len(list) + 2
	for _, e := range list[:len(list)-1] {
		if e.ID != fmt.Sprint(want) || e.Data != fmt.Sprintf(`{"order":%d}`, want) || e.Type != "order.paid" {
			t.Fatalf("%v in the place of %d", e, want)
		}
		want++
	}
	src, _ := f.journal.Source("a")
	if n := f.journal.Tally(src.ID).Appended; n != events+2 { // and that it connected, and lost the connection
		t.Errorf("%d entries", n)
	}
	if m, err := f.journal.Mark(t.Context(), ingest.MarkName(src.ID)); err != nil || m.Text != fmt.Sprint(events) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestInvalidInputDoesNotStopAFeed(t *testing.T) {
	page := "<!doctype html>\n<title>Sign in</title>\n" + strings.Repeat("<p>Please sign in.</p>\n\n", 1000)
	garbage := make([]byte, 1<<20)
	for i := range garbage {
		garbage[i] = byte(i*i>>3 ^ i)
	}
	f, r := follow(t, Options{}), serve(t)
	f.add("a", r.URL)
	r.next(t).stream("retry: 1\n" + page + string(garbage) + "\n\ndata: after all\n\n").close()
	list := f.until("a", "the end", func(l []entry) bool { return len(l) > 0 && l[len(l)-1].Note.Code == "lost" })
	if e := list[len(list)-2]; e.Data != "after all" {
		t.Errorf("%v", e)
	}
}

func TestAStreamThatClosesAfterEachByteIsReadWithoutHarm(t *testing.T) {
	inBubble(t, func(f *fixture, r *remote, p *pipes) {
		for i, b := range []byte("id: 1\ndata: a\n\n") {
			if i > 0 {
				time.Sleep(time.Until(f.health().RetryAt))
			}
			r.soon().stream(string(b)).close()
		}
		h := f.health()
		if h.State != live.Waiting || h.Code != "closed" || h.Messages != 0 || h.LastEventID != "" {
			t.Errorf("%+v", h)
		}
		if list := f.entries("a"); len(list) != 1 {
			t.Errorf("one absence, one note: %v", list)
		}
	})
}

func TestAnEndlessLineBecomesAGapAndUsesNoMemory(t *testing.T) {
	f, r := follow(t, Options{MaxEvent: 64 << 10}), serve(t)
	f.add("a", r.URL)
	c := r.next(t).stream("retry: 1\n\ndata: ")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	piece := strings.Repeat("x", 1<<20)
	for range 64 {
		c.send(piece)
	}
	f.wait("a", "a word about the large event", func(s live.FeedStatus) bool { return s.Health.Code == "too_large" })
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d MiB more are held", grown>>20)
	}
	c.send("\n\nid: 2\ndata: after\n\n")
	list := f.untilCount("a", 2)
	if g := list[0].Gap; g.Code != "too_large" || *g.Missing != 1 || !strings.Contains(g.Reason, "64 MiB") {
		t.Error(list[0])
	}
	if list[1].Data != "after" {
		t.Error(list[1])
	}
	f.SetMaxEvent(16 << 20)
	c.send("data: " + piece + "\n\n")
	if e := f.untilCount("a", 3)[2]; len(e.Data) != 1<<20 {
		t.Errorf("%d bytes under the new limit", len(e.Data))
	}
}

// A sickStore fails while its error is set.
type sickStore struct {
	*sqlite.DB
	full    atomic.Bool
	refuses string // the data of a message that the database does not take
}

var errFull = live.Errorf("disk_full", "The disk is full.").WithHint("Make room.")

func (s *sickStore) Append(ctx context.Context, ms []live.Message, marks []live.Mark) error {
	if s.full.Load() {
		return errFull
	}
	for _, m := range ms {
		if s.refuses != "" && m.Data == s.refuses {
			return live.Errorf("refused", "The history refused this.")
		}
	}
	return s.DB.Append(ctx, ms, marks)
}

func (s *sickStore) CheckWrite(context.Context) error {
	if s.full.Load() {
		return errFull
	}
	return nil
}

// sick is a Follower on a store that can be made to fail.
func sick(t *testing.T) (*fixture, *sickStore) {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir()}
	db, err := sqlite.Open(t.Context(), f.dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &sickStore{DB: db}
	j, err := journal.Open(t.Context(), s, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.db, f.Follower = db, New(j, db.Installation(), secrets.New("", f.dir, nil, 0), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.must(f.Follower.Run(ctx))
	}()
	f.stop = func() { cancel(); <-done; f.must(j.Close()) }
	t.Cleanup(func() { f.stop() })
	return f, s
}

func TestAFullDiskStopsAFeedAndLosesNothing(t *testing.T) {
	f, s := sick(t)
	r := serve(t)
	f.add("a", r.URL)
	c := r.next(t).stream(orders(1, 3))
	f.untilCount("a", 3)
	s.full.Store(true)
	c.send(orders(4, 6))
	got := f.wait("a", "the fault", func(s live.FeedStatus) bool { return s.Health.Code == "store" })
	if got.Health.State != live.Open || !strings.Contains(got.Health.Reason, "The disk is full.") {
		t.Errorf("%+v", got.Health)
	}
	if n := len(f.entries("a")); n != 3 {
		t.Errorf("%d entries", n)
	}
	s.full.Store(false)
	f.untilCount("a", 6)
	f.wait("a", "the recovery", func(s live.FeedStatus) bool { return s.Health.Code == "" })
}

func TestMessagesThatAFullDiskRefusedAreRequestedAgain(t *testing.T) {
	f, s := sick(t)
	r := serve(t)
	id := f.add("a", r.URL).Source.ID
	c := r.next(t).stream(orders(1, 3))
	f.untilCount("a", 3)
	s.full.Store(true)
	c.send(orders(4, 6))
	f.wait("a", "the fault", func(s live.FeedStatus) bool { return s.Health.Code == "store" })
	before := time.Now()
	f.stop()
	if d := time.Since(before); d > 5*time.Second {
		t.Errorf("stopping took %v", d)
	}
	f.stop = func() {}
	db, err := sqlite.Open(t.Context(), f.dir)
	f.must(err)
	if m, err := db.Mark(t.Context(), ingest.MarkName(id)); err != nil || m.Text != "3" {
		t.Errorf("%+v, %v", m, err)
	}
	f.must(db.Close())
}

func TestARefusedMessageDoesNotStopTheOthers(t *testing.T) {
	f, s := sick(t)
	s.refuses = "order 2"
	r := serve(t)
	f.add("a", r.URL)
	r.next(t).stream(orders(1, 4))
	list := f.untilCount("a", 4)
	if list[0].ID != "1" || list[1].Gap.Code != "refused" || list[2].ID != "3" || list[3].ID != "4" {
		t.Errorf("%v", list)
	}
	src, _ := f.journal.Source("a")
	// The mark is saved without a message here, which announces nothing.
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		m, err := f.journal.Mark(t.Context(), ingest.MarkName(src.ID))
		f.must(err)
		if m.Text == "4" {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("the mark stays after %q", m.Text)
		}
	}
}

func TestASlowJournalSlowsTheServer(t *testing.T) {
	f, s := sick(t)
	wrote := make(chan int64, 1)
	var sent atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		block := []byte("data: " + strings.Repeat("x", 64<<10) + "\n\n")
		for r.Context().Err() == nil && sent.Load() < 1<<30 {
			n, err := w.Write(block)
			sent.Add(int64(n))
			if err != nil {
				break
			}
		}
		wrote <- sent.Load()
	}))
	defer srv.Close()
	s.full.Store(true)
	f.add("a", srv.URL)
	f.wait("a", "the fault", func(s live.FeedStatus) bool { return s.Health.Code == "store" })
	f.wait("a", "standstill", func(live.FeedStatus) bool {
		before := sent.Load()
		for range 20 {
			runtime.Gosched()
			time.Sleep(5 * time.Millisecond)
		}
		return sent.Load() == before
	})
	f.stop()
	f.stop = func() {}
	if n := <-wrote; n > 64<<20 {
		t.Errorf("%d MiB were read while nothing could be stored", n>>20)
	}
}

func TestSecretsAreNotInTheLog(t *testing.T) {
	var out syncBuffer
	f, r := follow(t, Options{Log: debugLog(&out)}), serve(t)
	fd := live.Feed{URL: r.URL + "/?key=qu3ry", Proxy: "direct", Auth: "bearer"}
	fd.Name = "a"
	_, err := f.Add(t.Context(), fd, live.Secrets{Token: "t0ken"})
	f.must(err)
	r.next(t).stream("data: a\n\n")
	f.open("a")
	r.Server.CloseClientConnections()
	r.Server.Listener.Close()
	f.waiting("a")
	f.stop()
	if text := out.String(); text == "" || strings.Contains(text, "t0ken") || strings.Contains(text, "qu3ry") {
		t.Errorf("%q", text)
	}
	if b, err := os.ReadFile(f.dir + "/secrets.json"); err != nil || !strings.Contains(string(b), "t0ken") {
		t.Errorf("the test looks in the wrong place: %v", err)
	}
}
