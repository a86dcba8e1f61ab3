package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
)

// appending appends each text from a goroutine of its own; the channel returns their errors.
func (f *fixture) appending(texts ...string) <-chan error {
	errs := make(chan error, len(texts))
	for _, text := range texts {
		go func() {
			_, err := f.Append(context.Background(), live.Draft{Source: f.source, Data: text})
			errs <- err
		}()
		synctest.Wait() // in this order
	}
	return errs
}

func TestRequestsThatQueueUpDuringACommitAreCommittedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		var batches []int
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, before: func(ms []live.Message) error {
				<-gate
				batches = append(batches, len(ms))
				return nil
			}}
		})
		errs := f.appending(slices.Repeat([]string{"x"}, 64)...)
		close(gate)
		for range 64 {
			f.must(<-errs)
		}
		f.must(f.Close())
		if !slices.Equal(batches, []int{1, 63}) {
			t.Errorf("64 messages were committed as %v", batches)
		}
	})
}

func TestNobodyReadsAnUncommittedMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, before: func([]live.Message) error { <-gate; return nil }}
		})
		seen := make(chan cursor.Batch, 1)
		go func() {
			b, _ := f.Follow(live.Filter{}, 0).Next(context.Background())
			seen <- b
		}()
		moved, _ := f.Changed()
		errs := f.appending("x")
		synctest.Wait()
		select {
		case <-seen:
			t.Error("a reader saw it")
		case <-moved:
			t.Error("readers were woken")
		case <-errs:
			t.Error("it was acknowledged")
		default:
		}
		if f.Last() != 0 || f.Tally(f.source).Appended != 0 {
			t.Error("it was counted")
		}
		close(gate)
		f.must(<-errs)
		if b := <-seen; len(b.Entries) != 1 {
			t.Error("a reader did not see it after the commit")
		}
		f.must(f.Close())
	})
}

func TestOnlyTheBadRequestOfABatchFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, before: func(ms []live.Message) error {
				<-gate
				if slices.ContainsFunc(ms, func(m live.Message) bool { return m.Data == "poison" }) {
					return live.Errorf("refused", "No.")
				}
				return nil
			}}
		})
		errs := f.appending("0", "1", "2", "poison", "3", "4", "poison", "5")
		close(gate)
		failed := 0
		for range 8 {
			if err := <-errs; err != nil {
				code(t, err, "refused")
				failed++
			}
		}
		if failed != 2 || f.Stats().Fault != nil {
			t.Errorf("%d failed, fault %v", failed, f.Stats().Fault)
		}
		var entries []*recent.Entry
		for c := f.Follow(live.Filter{}, 0); c.Number() < f.Last(); {
			entries = append(entries, f.next(c).Entries...)
		}
		for i, e := range entries {
			if e.Data != string(rune('0'+i)) || e.Number != int64(i+1) {
				t.Errorf("%d: %q", e.Number, e.Data)
			}
		}
		if len(entries) != 6 {
			t.Errorf("%d entries", len(entries))
		}
		f.must(f.Close())
	})
}

func TestDraftsAndMarksOfOneCallStayTogether(t *testing.T) {
	f := open(t, journal.Options{})
	drafts := []live.Draft{{Source: f.source, Data: "1"}, {Source: f.source, Data: "2"}}
	done, err := f.AppendAll(t.Context(), drafts, live.Mark{Name: "feed/1", Number: live.Newest, Text: "id"})
	f.must(err)
	m, err := f.Mark(t.Context(), "feed/1")
	f.must(err)
	if done.Last != 2 || done.Repeated != 0 || len(done.Entries) != 2 || done.Entries[1].Data != "2" || done.Entries[1].Number != 2 || m != (live.Mark{Name: "feed/1", Number: 2, Text: "id"}) {
		t.Errorf("%+v, %+v", done, m)
	}
	if drafts[0].Type != "" || !drafts[0].Received.IsZero() {
		t.Error("the caller's drafts were changed")
	}
	drafts[1].Source = 999
	_, err = f.AppendAll(t.Context(), drafts, live.Mark{Name: "feed/1", Text: "later"})
	code(t, err, "not_found")
	if m, _ := f.Mark(t.Context(), "feed/1"); m.Text != "id" || f.Last() != 2 {
		t.Error("half of the call was committed")
	}
}

func TestACallerThatLeavesBeforeTheCommitGetsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, before: func([]live.Message) error { <-gate; return nil }}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := f.Append(ctx, live.Draft{Source: f.source})
		code(t, err, "not_known")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the cause is not said")
		}
		close(gate)
		f.must(f.Close())
		if f.Last() != 1 {
			t.Error("it lost its place")
		}
	})
}

func TestAFaultOfTheStoreIsReportedUntilItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := live.Errorf("disk_full", "The disk is full.").WithHint("Free some space.")
		gate := make(chan struct{})
		var broken atomic.Bool
		var tries atomic.Int32
		broken.Store(true)
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			fail := func() error {
				if broken.Load() {
					return full
				}
				return nil
			}
			return &store{Store: s, check: fail, before: func([]live.Message) error {
				<-gate
				tries.Add(1)
				return fail()
			}}
		})
		moved, _ := f.Changed()
		errs := f.appending(slices.Repeat([]string{"x"}, 40)...)
		close(gate)
		for range 40 {
			code(t, <-errs, "disk_full")
		}
		<-moved
		if got := f.Stats().Fault; !strings.Contains(fmt.Sprint(got), "The disk is full.") {
			t.Errorf("fault %v", got)
		}
		// The first message, the batch of the others, and three of them alone.
		if n := tries.Load(); n != 5 {
			t.Errorf("a broken store was tried %d times", n)
		}
		moved, _ = f.Changed()
		time.Sleep(time.Minute)
		select {
		case <-moved:
			t.Error("nothing changed, and readers were woken")
		default:
		}
		broken.Store(false)
		<-moved
		if got := f.Stats().Fault; got != nil {
			t.Errorf("the fault stayed: %v", got)
		}
		f.must(<-f.appending("x"))
		if f.Last() != 1 {
			t.Errorf("the first number after the fault is %d", f.Last())
		}
		f.must(f.Close())
	})
}

func TestRepeatedPublishesDoNotKeepAFaultAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// As on a full disk: every message is refused until a check succeeds.
		var space, taken atomic.Bool
		full := live.Errorf("disk_full", "The disk is full.")
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, check: func() error {
				if !space.Load() {
					return full
				}
				taken.Store(true)
				return nil
			}, before: func([]live.Message) error {
				if !taken.Load() {
					return full
				}
				return nil
			}}
		})
		_, err := f.Append(t.Context(), live.Draft{Source: f.source})
		code(t, err, "disk_full")
		space.Store(true)
		for begun := time.Now(); err != nil; time.Sleep(100 * time.Millisecond) {
			if time.Since(begun) > 10*time.Second {
				t.Fatal("the disk has space, and every publish is refused")
			}
			_, err = f.Append(t.Context(), live.Draft{Source: f.source})
		}
		f.must(f.Close())
	})
}
