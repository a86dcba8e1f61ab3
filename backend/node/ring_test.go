package node

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// A ring is some Signalboxes, of which each follows all of the one before it.
type ring struct {
	*testing.T
	boxes []*running
	opts  []Options
}

func makeRing(t *testing.T, n int) *ring {
	r := &ring{T: t}
	for range n {
		// A port that stays over a restart.
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		r.opts = append(r.opts, Options{DataFolder: t.TempDir(), Settings: setting.Values{setting.Addr: l.Addr().String()}})
		l.Close()
	}
	for _, opt := range r.opts {
		r.boxes = append(r.boxes, run(t, opt))
	}
	for i, b := range r.boxes {
		from := r.boxes[(i+n-1)%n]
		if code := b.ask("POST", "/api/feeds", fmt.Sprintf(`{"name":"ring","url":"%s/events"}`, from.URL()), nil); code != 201 {
			t.Fatalf("add the feed: %d", code)
		}
	}
	r.open()
	return r
}

// open waits until all feeds are connected.
func (r *ring) open() {
	r.Helper()
	for _, b := range r.boxes {
		r.until("the ring to be connected", func() bool {
			f, ok := b.feeds.Get("ring")
			return ok && f.Health.State == live.Open
		})
	}
}

func (r *ring) until(what string, done func() bool) {
	r.Helper()
	for end := time.Now().Add(60 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			r.Fatalf("waited in vain for %s", what)
		}
	}
}

func (r *ring) restart(i int) {
	r.Helper()
	if err := r.boxes[i].stop(); err != nil {
		r.Fatal(err)
	}
	r.boxes[i] = run(r.T, r.opts[i])
}

// events returns the data of all events that a box holds, and how often each.
func (b *running) events() map[string]int {
	b.t.Helper()
	held := make(map[string]int)
	for q := (live.Query{Filter: live.Filter{Kinds: []live.Kind{live.Event}}, Limit: 5000}); ; {
		page, err := b.journal.Read(b.t.Context(), q)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, m := range page.Messages {
			held[m.Data]++
		}
		if !page.More {
			return held
		}
		q.After = page.To
	}
}

// settles waits until every box holds each of these once, and nothing moves
// any more; it fails if one holds a message more than once.
func (r *ring) settles(want []string) {
	r.Helper()
	for i, b := range r.boxes {
		r.until(fmt.Sprintf("box %d to hold all %d", i, len(want)), func() bool { return len(b.events()) >= len(want) })
	}
	// What would come around again is on its way by now.
	time.Sleep(500 * time.Millisecond)
	for i, b := range r.boxes {
		held := b.events()
		for _, data := range want {
			if held[data] != 1 {
				r.Errorf("box %d has %q %d times", i, data, held[data])
			}
		}
		if len(held) != len(want) {
			r.Errorf("box %d holds %d messages, not %d", i, len(held), len(want))
		}
	}
}

func (r *ring) publish(box int, id, data string) {
	r.Helper()
	body := fmt.Sprintf(`{"id":%q,"data":%q}`, id, data)
	if code := r.boxes[box].ask("POST", "/channels/x/messages", body, nil); code != 201 {
		r.Fatalf("publish: %d", code)
	}
}

func TestInARingEveryMessageIsStoredOnce(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			r := makeRing(t, n)
			var want []string
			for i := range 60 {
				data := fmt.Sprint("message ", i)
				id := ""
				if i%2 == 0 {
					id = fmt.Sprint(i % 10) // used again and again, by all of them
				}
				r.publish(i%n, id, data)
				want = append(want, data)
			}
			r.settles(want)

			r.restart(n - 1)
			r.open()
			for i := range 10 {
				data := fmt.Sprint("after the restart ", i)
				r.publish(i%n, fmt.Sprint("r", i), data)
				want = append(want, data)
			}
			r.settles(want)
			if n == 1 {
				r.reportsItself()
			}
		})
	}
}

// reportsItself checks the health of a feed that follows its own Signalbox.
func (r *ring) reportsItself() {
	r.Helper()
	b := r.boxes[0]
	page, err := b.journal.Read(r.Context(), live.Query{Filter: live.Filter{Kinds: []live.Kind{live.NoteKind}}, Limit: 100})
	if err != nil {
		r.Fatal(err)
	}
	reports := 0
	for _, m := range page.Messages {
		if strings.Contains(m.Data, `"code":"own"`) {
			reports++
		}
	}
	if reports == 0 {
		r.Error("the feed does not say that it follows its own Signalbox")
	}
	if f, _ := b.feeds.Get("ring"); f.Health.Duplicates == 0 {
		r.Error("no message is counted as one that came home")
	}
	var check struct {
		OK     bool
		Reason string
	}
	b.ask("POST", "/api/feeds/check", fmt.Sprintf(`{"name":"other","url":"%s/events/x"}`, b.URL()), &check)
	if !check.OK || !strings.Contains(check.Reason, "own") {
		r.Errorf("the check says %+v", check)
	}
}

// Two operators who publish as fast as they can, each with the messages of the
// other.
func TestAFastRingMultipliesNothing(t *testing.T) {
	r := makeRing(t, 2)
	var want []string
	const each = 3000
	done := make(chan error, len(r.boxes))
	for i, b := range r.boxes {
		var drafts []live.Draft
		src, err := b.publisher.Channel(t.Context(), live.Source{Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for k := range each {
			data := fmt.Sprint("box ", i, " message ", k)
			want = append(want, data)
			drafts = append(drafts, live.Draft{Source: src.ID, ID: fmt.Sprint(k), Data: data})
		}
		go func() {
			for k := 0; k < each; k += 100 {
				if _, err := b.journal.AppendAll(t.Context(), drafts[k:k+100]); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range r.boxes {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	r.settles(want)
	// The gaps and notes of one do not circle either.
	for i, b := range r.boxes {
		if extra := b.journal.Last() - int64(len(want)); extra > 20 {
			t.Errorf("box %d holds %d other entries", i, extra)
		}
	}
}

// What was trimmed before it came home is recognised all the same.
func TestAMessageThatReturnsAfterItWasTrimmedIsNotStoredAgain(t *testing.T) {
	r := makeRing(t, 2)
	home, other := r.boxes[0], r.boxes[1]
	r.publish(1, "", "first") // so that the feed has an id to resume after
	r.until("it to come", func() bool { return home.events()["first"] == 1 })
	if code := home.ask("POST", "/api/feeds/ring/pause", "", nil); code >= 300 {
		t.Fatalf("pause: %d", code)
	}
	for i := range 30 {
		r.publish(0, "", fmt.Sprint("early ", i))
	}
	r.until("the other to have them", func() bool { return len(other.events()) == 31 })
	if code := home.ask("PUT", "/api/settings", `{"keep":{"messages":1,"bytes":0,"age_days":0}}`, nil); code != 200 {
		t.Fatalf("settings: %d", code)
	}
	r.until("them to be trimmed", func() bool { return len(home.events()) <= 1 })
	if code := home.ask("PUT", "/api/settings", `{"keep":{"messages":0,"bytes":0,"age_days":0}}`, nil); code != 200 {
		t.Fatalf("settings: %d", code)
	}
	r.restart(0)
	home = r.boxes[0]
	if code := home.ask("POST", "/api/feeds/ring/resume", "", nil); code >= 300 {
		t.Fatalf("resume: %d", code)
	}
	r.open()
	r.publish(1, "", "late")
	r.until("the newest to come", func() bool { return home.events()["late"] == 1 })
	for data := range home.events() {
		if data != "late" && data != "early 29" {
			t.Errorf("%q was stored again", data)
		}
	}
	if f, _ := home.feeds.Get("ring"); f.Health.Duplicates < 30 {
		t.Errorf("%d came home, not 30 at least", f.Health.Duplicates)
	}
}

// A feed that follows all of its own Signalbox receives the messages of other feeds too.
func TestAFeedOnItsOwnSignalboxStoresNothingOfOtherFeeds(t *testing.T) {
	r := makeRing(t, 1)
	home, other := r.boxes[0], run(t, Options{})
	if code := home.ask("POST", "/api/feeds", fmt.Sprintf(`{"name":"other","url":"%s/events"}`, other.URL()), nil); code != 201 {
		t.Fatalf("add the feed: %d", code)
	}
	r.until("the other feed to be connected", func() bool {
		f, ok := home.feeds.Get("other")
		return ok && f.Health.State == live.Open
	})
	var want []string
	for i := range 20 {
		data := fmt.Sprint("from afar ", i)
		if code := other.ask("POST", "/channels/x/messages", fmt.Sprintf(`{"id":"%d","data":%q}`, i%7, data), nil); code != 201 {
			t.Fatalf("publish: %d", code)
		}
		want = append(want, data)
	}
	r.settles(want)
}
