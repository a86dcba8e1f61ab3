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
)

// A box is a publisher on a history of its own.
type box struct {
	*testing.T
	*publish.Publisher
	j   *journal.Journal
	dir string
	now time.Time
}

func open(t *testing.T) *box {
	b := &box{T: t, dir: t.TempDir(), now: time.Now()}
	b.start()
	t.Cleanup(func() { b.must(b.j.Close()) })
	return b
}

func (b *box) start() {
	b.Helper()
	db, err := sqlite.Open(b.Context(), b.dir)
	b.must(err)
	b.j, err = journal.Open(b.Context(), db, journal.Options{Now: func() time.Time { return b.now }})
	b.must(err)
	b.Publisher = publish.New(b.j, publish.Limits{CreateChannels: true})
}

func (b *box) restart() {
	b.Helper()
	b.must(b.j.Close())
	b.start()
}

func (b *box) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *box) publish(channel string, d live.Draft) publish.Receipt {
	b.Helper()
	r, err := b.Publish(b.Context(), channel, d)
	b.must(err)
	return r
}

// data returns the data of all messages of a channel.
func (b *box) data(channel string) string {
	b.Helper()
	src, ok := b.j.Source(channel)
	if !ok {
		return ""
	}
	page, err := b.j.Read(b.Context(), live.Query{Filter: live.Filter{Sources: []int64{src.ID}}, Limit: 5000})
	b.must(err)
	var all []string
	for _, m := range page.Messages {
		all = append(all, m.Data)
	}
	return strings.Join(all, " ")
}

func TestARepeatIsStoredOnceAndGetsTheFirstPosition(t *testing.T) {
	b := open(t)
	d := live.Draft{ID: "7", Type: "order", Data: "a", Once: true}
	first := b.publish("x", d)
	if first.Repeated {
		t.Error("the first publish is no repeat")
	}
	b.publish("x", live.Draft{Data: "between"})
	for _, again := range []string{"at once", "after a restart"} {
		if again == "after a restart" {
			b.restart()
		}
		if got := b.publish("x", d); got.Position != first.Position || got.ID != "7" || !got.Repeated {
			t.Errorf("%s: %+v, not %+v", again, got, first)
		}
	}
	// Each of these is another message.
	for _, other := range []live.Draft{
		{ID: "8", Type: "order", Data: "a", Once: true}, {ID: "7", Type: "bill", Data: "a", Once: true},
		{ID: "7", Type: "order", Data: "b", Once: true}, {ID: "7", Type: "order", Data: "a"},
	} {
		if got := b.publish("x", other); got.Repeated {
			t.Errorf("%+v was recognised as a repeat", other)
		}
	}
	if got := b.publish("y", d); got.Repeated {
		t.Error("a message of another channel was recognised as a repeat")
	}
	if got := b.data("x"); got != "a between a a b a" {
		t.Errorf("stored: %s", got)
	}
}

func TestARepeatOfALaterMessageWithAReusedIDIsRecognised(t *testing.T) {
	b := open(t)
	var first []publish.Receipt
	for i := range 30 {
		first = append(first, b.publish("x", live.Draft{ID: "same", Data: fmt.Sprint(i), Once: true}))
	}
	for _, i := range []int{0, 1, 17, 29} {
		got := b.publish("x", live.Draft{ID: "same", Data: fmt.Sprint(i), Once: true})
		if !got.Repeated || got.Position != first[i].Position || got.ID != first[i].ID {
			t.Errorf("%d: %+v, not %+v", i, got, first[i])
		}
	}
}

func TestARepeatOfATrimmedMessageIsRecognised(t *testing.T) {
	b := open(t)
	long := strings.Repeat("x", 5000)
	var drafts []live.Draft
	for _, data := range []string{"a", "b", long + "a", long + "b"} {
		drafts = append(drafts,
			live.Draft{ID: "id of " + data[len(data)-1:] + fmt.Sprint(len(data)), Type: "order", Data: data, Once: true},
			live.Draft{ID: "same", Data: data, Once: true},
			live.Draft{ID: "7", Data: data, Key: "key of " + data, Once: true})
	}
	var first []publish.Receipt
	for _, d := range drafts {
		first = append(first, b.publish("x", d))
	}
	b.publish("x", live.Draft{Data: "end"})
	if n, err := b.j.Trim(t.Context(), live.Keep{Messages: 1}); n != int64(len(drafts)) || err != nil {
		t.Fatalf("%d trimmed, %v", n, err)
	}
	b.restart()
	for i, d := range drafts {
		if got := b.publish("x", d); !got.Repeated || got.Position != first[i].Position || got.ID != first[i].ID {
			t.Errorf("%d: %+v, not %+v", i, got, first[i])
		}
	}
	// Each of these is another message.
	for _, other := range []live.Draft{
		{ID: "same", Data: long + "c", Once: true}, {ID: "same", Type: "order", Data: "a", Once: true},
		{ID: "id of a1", Data: "a", Once: true}, {ID: "7", Type: "order", Data: "a"},
	} {
		if got := b.publish("x", other); got.Repeated {
			t.Errorf("%q, %q was recognised as a repeat", other.ID, other.Type)
		}
	}
	if _, err := b.Publish(t.Context(), "x", live.Draft{Data: "b", Key: "key of a", Once: true}); !errors.Is(err, &live.Error{Code: "key_reused"}) {
		t.Errorf("another message with the key: %v", err)
	}
	b.now = b.now.Add(live.RetryWindow + time.Second)
	for _, d := range drafts[:3] {
		if b.publish("x", d).Repeated {
			t.Errorf("%q was recognised as a repeat after more than an hour", d.ID)
		}
	}
}

func TestARepeatIsRecognisedForAnHour(t *testing.T) {
	b := open(t)
	d := live.Draft{ID: "7", Data: "a", Once: true}
	b.publish("x", d)
	b.now = b.now.Add(live.RetryWindow - time.Second)
	if !b.publish("x", d).Repeated {
		t.Error("it was not recognised within the hour")
	}
	b.now = b.now.Add(2 * time.Second)
	if b.publish("x", d).Repeated {
		t.Error("it was recognised as a repeat after more than an hour")
	}
}

func TestAKeyReplacesTheID(t *testing.T) {
	b := open(t)
	d := live.Draft{Data: "a", Key: "k1", Once: true}
	first := b.publish("x", d)
	b.restart()
	if got := b.publish("x", d); !got.Repeated || got.Position != first.Position {
		t.Errorf("%+v", got)
	}
	d.Data = "b"
	if _, err := b.Publish(t.Context(), "x", d); !errors.Is(err, &live.Error{Code: "key_reused"}) {
		t.Errorf("another message with the key: %v", err)
	}
	if b.j.Stats().Fault != nil {
		t.Error("a key used twice counts as a fault of the store")
	}
	// The same id and data with keys of their own are meant twice.
	for _, key := range []string{"k2", "k3"} {
		if b.publish("x", live.Draft{ID: "7", Data: "c", Key: key, Once: true}).Repeated {
			t.Errorf("%s was recognised as a repeat", key)
		}
	}
	b.now = b.now.Add(live.RetryWindow + time.Second)
	if b.publish("x", live.Draft{Data: "a", Key: "k1", Once: true}).Repeated {
		t.Error("a key was recognised after more than an hour")
	}
	if got := b.data("x"); got != "a c c a" {
		t.Errorf("stored: %s", got)
	}
}

func TestSimultaneousRepeatsAreOneMessage(t *testing.T) {
	b := open(t)
	for round := range 20 {
		var wg sync.WaitGroup
		positions := make([]live.Position, 16)
		for i := range positions {
			wg.Go(func() {
				// Others are in the same batch.
				if _, err := b.Publish(t.Context(), "x", live.Draft{ID: fmt.Sprint(round, "/", i), Data: "other", Once: true}); err != nil {
					t.Error(err)
				}
				r, err := b.Publish(t.Context(), "x", live.Draft{ID: fmt.Sprint("same", round), Data: "a", Once: true})
				if err != nil {
					t.Error(err)
				}
				positions[i] = r.Position
			})
		}
		wg.Wait()
		for _, p := range positions {
			if p != positions[0] {
				t.Fatalf("round %d: %v", round, positions)
			}
		}
	}
	if n := strings.Count(b.data("x"), "a"); n != 20 {
		t.Errorf("%d messages, not 20", n)
	}
	src, _ := b.j.Source("x")
	if tally := b.j.Tally(src.ID); tally.Kept != 20+20*16 || b.j.Last() != tally.Kept {
		t.Errorf("%+v kept, the newest is %d", tally, b.j.Last())
	}
}

func TestARefusedMessageCreatesNoChannelAndUsesLittleMemory(t *testing.T) {
	b := open(t)
	huge := strings.Repeat("ü", 10<<20)
	for range 60 {
		if _, err := b.Publish(t.Context(), "refused", live.Draft{Type: huge, ID: huge}); err == nil {
			t.Fatal("it was not refused")
		}
	}
	b.Refuse(huge, live.Draft{Type: huge}, errors.New(huge))
	list := b.Recent()
	if len(list) != 50 {
		t.Errorf("%d are remembered", len(list))
	}
	for _, p := range list {
		if len(p.Channel)+len(p.Event)+len(p.ID)+len(p.Error) > 1000 || p.Error == "" {
			t.Fatalf("%d bytes are remembered of what was refused", len(p.Channel)+len(p.Event)+len(p.ID)+len(p.Error))
		}
	}
	if _, ok := b.j.Source("refused"); ok {
		t.Error("a refused message left a channel behind")
	}
}

func TestAPublishSucceedsDuringTheRemovalOfItsChannel(t *testing.T) {
	b := open(t)
	b.publish("x", live.Draft{Data: "first"})
	stop, removed := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				removed <- nil
				return
			default:
			}
			if src, ok := b.j.Source("x"); ok {
				if err := b.j.RemoveSource(t.Context(), src.ID); err != nil {
					removed <- err
					return
				}
			}
		}
	}()
	failed := 0
	for range 300 {
		// A channel that is removed time and again may be gone three times in a
		// row; the publisher may then publish again.
		if _, err := b.Publish(t.Context(), "x", live.Draft{Data: "a"}); errors.Is(err, &live.Error{Code: "not_found"}) {
			failed++
		} else if err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-removed; err != nil {
		t.Error(err)
	}
	if failed > 100 {
		t.Errorf("%d of 300 publishes found no channel", failed)
	}
}

func TestEmittedMessagesAreNotInTheRecentList(t *testing.T) {
	b := open(t)
	mine := b.publish("x", live.Draft{Data: "mine"})
	for range 60 {
		_, err := b.Emit(t.Context(), "sample", live.Draft{Data: "sample"}, live.Mark{Name: "m", Number: live.Newest})
		b.must(err)
	}
	if list := b.Recent(); len(list) != 1 || list[0].Position != mine.Position.String() {
		t.Errorf("%+v", list)
	}
	if m, err := b.j.Mark(t.Context(), "m"); err != nil || m.Number != b.j.Last() {
		t.Errorf("%+v, %v", m, err)
	}
}
