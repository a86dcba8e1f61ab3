package publish_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
	"signalbox/backend/sqlite"
	"signalbox/backend/wire"
)

// lines makes a request of drafts, one on each line.
func lines(drafts ...live.Draft) wire.Lines {
	l := wire.Lines{Drafts: drafts}
	for i := range drafts {
		l.Numbers = append(l.Numbers, i+1)
	}
	return l
}

// lineOf returns the line of an error, or 0.
func lineOf(err error) int {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.Line
	}
	return 0
}

// texts makes a request of texts without ids.
func texts(data ...string) wire.Lines {
	var drafts []live.Draft
	for _, text := range data {
		drafts = append(drafts, live.Draft{Data: text, Once: true})
	}
	return lines(drafts...)
}

func (b *box) publishLines(channel string, l wire.Lines, key string) []publish.Receipt {
	b.Helper()
	got, err := b.PublishLines(b.Context(), channel, l, key)
	b.must(err)
	return got
}

func TestLinesAreStoredInOrderWithAReceiptForEach(t *testing.T) {
	b := open(t)
	b.CountClients(func(m *live.Message) int { return len(m.Type) })
	got := b.publishLines("x", lines(
		live.Draft{Data: "a", Once: true}, live.Draft{Type: "bill", ID: "7", Data: "b", Once: true},
		live.Draft{Type: "bill", Data: "c", Once: true}, live.Draft{Data: "d", Once: true}), "")
	for i, want := range []publish.Receipt{{ID: "", Clients: 7}, {ID: "7", Clients: 4}, {Clients: 4}, {Clients: 7}} {
		want.Position = live.Position{Epoch: b.j.Epoch(), Number: int64(i + 1)}
		if got[i] != want {
			t.Errorf("%d: %+v, not %+v", i, got[i], want)
		}
	}
	if got := b.data("x"); got != "a b c d" {
		t.Errorf("stored: %s", got)
	}
	list := b.Recent()
	if len(list) != 4 || list[0].Position != got[3].Position.String() || list[0].ID != list[0].Position || list[0].Event != "message" ||
		list[2].ID != "7" || list[2].Clients != 4 {
		t.Errorf("%+v", list)
	}
}

func TestARepeatedLineGetsTheFirstPosition(t *testing.T) {
	b := open(t)
	first := b.publish("x", live.Draft{ID: "7", Data: "a", Once: true})
	request := func() wire.Lines {
		return lines(
			live.Draft{ID: "8", Data: "b", Once: true},
			live.Draft{ID: "7", Data: "a", Once: true}, // published before
			live.Draft{ID: "8", Data: "b", Once: true}, // the first line again
			live.Draft{ID: "8", Data: "b"},             // which asks for a second copy
			live.Draft{ID: "8", Data: "c", Once: true}) // the id again, another message
	}
	got := b.publishLines("x", request(), "")
	for i, want := range []struct {
		number   int64
		id       string
		repeated bool
	}{{2, "8", false}, {1, "7", true}, {2, "8", true}, {3, "", false}, {4, "", false}} {
		if r := got[i]; r.Position.Number != want.number || r.ID != want.id || r.Repeated != want.repeated {
			t.Errorf("%d: %+v, not %+v", i, r, want)
		}
	}
	if got[1].Position != first.Position {
		t.Errorf("%+v, not %+v", got[1], first)
	}
	b.restart()
	again := b.publishLines("x", request(), "")
	for i, number := range []int64{2, 1, 2, 0, 4} {
		if number != 0 && (again[i].Position.Number != number || !again[i].Repeated) || number == 0 && again[i].Repeated {
			t.Errorf("%d again: %+v", i, again[i])
		}
	}
	if got := b.data("x"); got != "a b b c b" {
		t.Errorf("stored: %s", got)
	}
}

func TestTheKeyOfARequestAppliesToLinesWithoutAnID(t *testing.T) {
	b := open(t)
	request := func() wire.Lines {
		return lines(live.Draft{Data: "a", Once: true}, live.Draft{Data: "a", Once: true},
			live.Draft{ID: "7", Data: "b", Once: true}, live.Draft{ID: "8", Data: "c"})
	}
	first := b.publishLines("x", request(), "k")
	b.restart()
	for i, r := range b.publishLines("x", request(), "k") {
		if !r.Repeated || r.Position != first[i].Position || r.ID != first[i].ID {
			t.Errorf("%d: %+v, not %+v", i, r, first[i])
		}
	}
	// A part of a request has the same keys, and its lines their numbers.
	part := request()
	part.Drafts, part.Numbers = part.Drafts[1:2], part.Numbers[1:2]
	if got := b.publishLines("x", part, "k"); !got[0].Repeated || got[0].Position != first[1].Position {
		t.Errorf("%+v", got)
	}
	// Another key: other messages, but for the one with an id.
	for i, r := range b.publishLines("x", request(), "k2") {
		if r.Repeated != (i == 2) {
			t.Errorf("%d with another key: %+v", i, r)
		}
	}
	// Neither the key alone nor one that looks like a line's is the key of a line.
	for _, key := range []string{"k", "k1", "k/1"} {
		if b.publish("x", live.Draft{Data: "a", Key: key, Once: true}).Repeated {
			t.Errorf("%q was taken for the key of a line", key)
		}
	}
	stored := b.j.Last()
	if _, err := b.PublishLines(t.Context(), "x", texts("new", "new"), "k"); !errors.Is(err, &live.Error{Code: "key_reused"}) || b.j.Last() != stored {
		t.Errorf("another message with the key: %v", err)
	} else if lineOf(err) != 1 {
		t.Errorf("the error is on line %d", lineOf(err))
	}
	second := wire.Lines{Drafts: []live.Draft{{Data: "d", ID: "d", Once: true}, {Data: "new"}}, Numbers: []int{1, 2}}
	if _, err := b.PublishLines(t.Context(), "x", second, "k"); !errors.Is(err, &live.Error{Code: "key_reused"}) || lineOf(err) != 2 {
		t.Errorf("another message on line 2: %v", err)
	}
}

func TestABadLineRefusesTheWholeRequest(t *testing.T) {
	b := open(t)
	b.SetLimits(publish.Limits{CreateChannels: true, MaxEvent: 10})
	for field, bad := range map[string]live.Draft{
		"data": {Data: "longer than ten"}, "event": {Type: "a\nb"}, "id": {ID: "a\x00"}, "retry": {Retry: new(int64(-1))},
	} {
		request := lines(live.Draft{Data: "a"}, bad, live.Draft{Data: "b"})
		request.Numbers = []int{1, 17, 18}
		_, err := b.PublishLines(t.Context(), "x", request, "")
		if e, ok := errors.AsType[*live.Error](err); !ok || e.Line != 17 || e.Field != field {
			t.Errorf("%s: %+v", field, err)
		}
		if list := b.Recent(); !strings.HasPrefix(list[0].Error, "Line 17: ") || list[0].Line != 17 || list[0].Code == "" {
			t.Errorf("%+v", list[0])
		}
	}
	if _, ok := b.j.Source("x"); ok || b.j.Last() != 0 {
		t.Error("a refused request left something behind")
	}
	b.SetLimits(publish.Limits{})
	if _, err := b.PublishLines(t.Context(), "x", texts("a"), ""); !errors.Is(err, &live.Error{Code: "not_found"}) {
		t.Errorf("a channel that may not be created: %v", err)
	}
}

// Requests that wait for the same commit are committed one by one if it fails.
// The lines of one request stay together then too.
func TestARequestIsStoredWholeOrNotAtAll(t *testing.T) {
	b := open(t)
	b.publishLines("x", texts("taken"), "bad")
	for round := range 20 {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				name := fmt.Sprint(round, ".", i)
				if i%2 == 0 { // its second line has a used key
					request := texts("not", "this")
					request.Numbers = []int{7, 1}
					if _, err := b.PublishLines(t.Context(), "x", request, "bad"); !errors.Is(err, &live.Error{Code: "key_reused"}) {
						t.Error(err)
					}
					return
				}
				if _, err := b.PublishLines(t.Context(), "x", texts(name+"a", name+"b", name+"c"), ""); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	stored := strings.Fields(b.data("x"))
	if len(stored) != 1+20*4*3 {
		t.Errorf("%d messages", len(stored))
	}
	for i := 1; i < len(stored); i += 3 {
		name := strings.TrimSuffix(stored[i], "a")
		if stored[i+1] != name+"b" || stored[i+2] != name+"c" {
			t.Fatalf("%v are not together", stored[i:i+3])
		}
	}
}

func TestAFollowerSeesTheLinesInOrder(t *testing.T) {
	b := open(t)
	cursor := b.j.Follow(live.Filter{}, 0)
	var want, got []string
	for i := range 3 {
		var data []string
		for k := range 1000 {
			data = append(data, fmt.Sprint(i, "-", k))
		}
		want = append(want, data...)
		b.publishLines("x", texts(data...), "")
	}
	for len(got) < len(want) {
		batch, err := cursor.Next(t.Context())
		b.must(err)
		for _, e := range batch.Entries {
			got = append(got, e.Data)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Error("the order is another one")
	}
}

func TestTheListOfPublicationsKeepsNoRequestInMemory(t *testing.T) {
	b := open(t)
	huge := strings.Repeat("x", 1<<20)
	for range 3 {
		// As the parser makes them: texts that are parts of one string.
		all := "id7" + "bill" + huge
		b.publishLines("x", lines(live.Draft{ID: all[:3], Type: all[3:7], Data: all[7:]}), "")
	}
	if list := b.Recent(); len(list) != 3 || list[0].Event != "bill" || list[2].ID != "id7" || list[0].ID != list[0].Position {
		t.Errorf("%+v", list)
	}
}

// BenchmarkLines publishes requests of 100 messages from 16 publishers.
func BenchmarkLines(b *testing.B) {
	for _, ids := range []bool{false, true} {
		b.Run(fmt.Sprintf("ids=%v", ids), func(b *testing.B) { benchLines(b, ids) })
	}
}

func benchLines(b *testing.B, ids bool) {
	const publishers, each = 16, 100
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	j, err := journal.Open(b.Context(), db, journal.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	p := publish.New(j, publish.Limits{CreateChannels: true})
	data := strings.Repeat("x", 200)
	requests := make(chan int)
	var wg sync.WaitGroup
	for range publishers {
		wg.Go(func() {
			drafts := make([]live.Draft, each)
			for n := range requests {
				for i := range drafts {
					drafts[i] = live.Draft{Data: data, Once: true}
					if ids {
						drafts[i].ID = fmt.Sprintf("%016x", uint64(n*each+i)*0x9E3779B97F4A7C15)
					}
				}
				if _, err := p.PublishLines(b.Context(), "bench", lines(drafts...), ""); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	begun := time.Now()
	for n := range b.N {
		requests <- n
	}
	close(requests)
	wg.Wait()
	b.ReportMetric(float64(b.N*each)/time.Since(begun).Seconds(), "messages/s")
}
