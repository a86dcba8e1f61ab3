package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"signalbox/backend/filter"
	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// small makes cursors cross from the store to memory all the time.
var small = journal.Options{RecentMessages: 600}

func TestACursorMissesNothingBetweenTheStoreAndTheNewestMessagesInMemory(t *testing.T) {
	f := open(t, small)
	const total, publishers = 12000, 6
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(p)))
			for sent := 0; sent < total/publishers; {
				n := min(1+r.IntN(40), total/publishers-sent)
				drafts := make([]live.Draft, n)
				for i := range drafts {
					drafts[i] = live.Draft{Source: f.source, Data: fmt.Sprint(p, " ", sent+i)}
				}
				if _, err := f.AppendAll(t.Context(), drafts); err != nil {
					t.Error(err)
					return
				}
				sent += n
			}
		})
	}
	for reader := range 8 {
		wg.Go(func() {
			// Each goes away and comes back somewhere else, now near the end, now far back.
			r := rand.New(rand.NewPCG(2, uint64(reader)))
			for range 12 {
				place := int64(0)
				if last := f.Last(); last > 0 {
					place = r.Int64N(last + 1)
				}
				var sent [publishers]int
				for p := range sent {
					sent[p] = -1
				}
				c := f.Follow(live.Filter{}, place)
				place = c.Number()
				for place < total && r.IntN(30) > 0 {
					b, err := c.Next(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					if b.Gap != nil {
						t.Errorf("a gap: %+v", b.Gap)
					}
					for _, e := range b.Entries {
						var p, n int
						if _, err := fmt.Sscan(e.Data, &p, &n); err != nil {
							t.Error(err)
						}
						if e.Number != place+1 || sent[p] >= 0 && n != sent[p]+1 {
							t.Errorf("after %d came %d; after %d of publisher %d came %d", place, e.Number, sent[p], p, n)
							return
						}
						place, sent[p] = e.Number, n
					}
					if c.Number() != place || b.Through != place {
						t.Errorf("number %d, through %d, last entry %d", c.Number(), b.Through, place)
					}
				}
			}
		})
	}
	wg.Wait()
}

func TestACursorContinuesFromAnyNumberAroundTheOldestMessageInMemory(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(5)
	f.must(f.Close())
	f.reopen(journal.Options{}) // memory begins with 6
	f.some(5)
	for place := int64(1); place < 10; place++ {
		c := f.Follow(live.Filter{}, place)
		for want := place + 1; want <= 10; {
			for _, e := range f.next(c).Entries {
				if e.Number != want {
					t.Fatalf("from %d: %d, want %d", place, e.Number, want)
				}
				want++
			}
		}
	}
}

func TestASlowReaderDelaysNobodyAndGetsEverything(t *testing.T) {
	f := open(t, small)
	slow := f.Follow(live.Filter{}, 0)
	f.some(10)
	if b := f.next(slow); len(b.Entries) != 10 {
		t.Fatal(len(b.Entries))
	}
	for range 20 { // far more than memory holds, and it reads nothing
		f.some(500)
	}
	quick := f.Follow(live.Filter{}, f.Last()-1)
	if b := f.next(quick); len(b.Entries) != 1 {
		t.Fatal(len(b.Entries))
	}
	for place := int64(10); place < f.Last(); {
		b := f.next(slow)
		if b.Gap != nil {
			t.Fatalf("a gap: %+v", b.Gap)
		}
		for _, e := range b.Entries {
			if place++; e.Number != place || e.Data != fmt.Sprint(place) {
				t.Fatalf("got %d, want %d", e.Number, place)
			}
		}
	}
}

func TestTrimmingThatOvertakesACursorLeavesACountedGap(t *testing.T) {
	f := open(t, small)
	c := f.Follow(live.Filter{}, 0)
	one := f.Follow(live.Filter{Sources: []int64{f.source}}, 0)
	f.some(10)
	f.next(c)
	f.next(one)
	for range 10 {
		f.some(500)
	}
	n, err := f.Trim(t.Context(), live.Keep{Messages: 2000})
	f.must(err)
	if n != 3010 || f.First() != 3011 {
		t.Fatalf("%d went, the first is %d", n, f.First())
	}
	b := f.next(c)
	if b.Gap == nil || b.Gap.Code != "trimmed" || b.Gap.Missing == nil || *b.Gap.Missing != 3000 {
		t.Fatalf("gap %+v", b.Gap)
	}
	if b.Gap.After != (live.Position{Epoch: f.Epoch(), Number: 10}).String() {
		t.Errorf("the gap is after %s", b.Gap.After)
	}
	if b.Entries[0].Number != 3011 {
		t.Errorf("after the gap comes %d", b.Entries[0].Number)
	}
	if b := f.next(one); b.Gap == nil || b.Gap.Missing == nil || *b.Gap.Missing != 3000 {
		t.Errorf("for one source: %+v", b.Gap)
	}
	if b := f.next(f.Follow(live.Filter{Where: filter.Types("message")}, 10)); b.Gap == nil || b.Gap.Missing != nil {
		t.Errorf("how many were of one type is not known: %+v", b.Gap)
	}
	if b := f.next(c); b.Gap != nil {
		t.Errorf("the gap is returned twice: %+v", b.Gap)
	}
	if b := f.next(f.Follow(live.Filter{}, journal.Oldest)); b.Gap != nil || b.Entries[0].Number != 3011 {
		t.Errorf("from the oldest: gap %+v, %d", b.Gap, b.Entries[0].Number)
	}
	if b := f.next(f.Follow(live.Filter{}, 0)); b.Gap == nil || *b.Gap.Missing != 3010 {
		t.Errorf("from the beginning: gap %+v", b.Gap)
	}
}

func TestEachMessageIsReadOrCountedAsMissingDuringTrimming(t *testing.T) {
	f := open(t, small)
	const total = 30000
	var wg sync.WaitGroup
	for range 4 {
		c := f.Follow(live.Filter{}, f.Last())
		wg.Go(func() {
			seen, missing, place := int64(0), int64(0), int64(0)
			for place < total {
				b, err := c.Next(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if b.Gap != nil {
					missing += *b.Gap.Missing
					place += *b.Gap.Missing
				}
				for _, e := range b.Entries {
					if place++; e.Number != place {
						t.Errorf("got %d, want %d", e.Number, place)
						return
					}
					seen++
				}
			}
			if seen+missing != total {
				t.Errorf("%d seen and %d missing of %d", seen, missing, total)
			}
		})
	}
	wg.Go(func() {
		for range total / 500 {
			f.some(500)
			if _, err := f.Trim(t.Context(), live.Keep{Messages: 300}); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

func TestACursorFindsAGapBeforeTheJournalKnowsOfIt(t *testing.T) {
	var c *cursor.Cursor
	var met *live.Gap
	f := open(t, small, func(s journal.Store) journal.Store {
		return &store{Store: s, trimmed: func() {
			if met == nil { // in the writer, before it returns from Trim
				b, err := c.Next(t.Context())
				if err != nil {
					t.Error(err)
				}
				met = b.Gap
			}
		}}
	})
	for range 10 {
		f.some(500)
	}
	c = f.Follow(live.Filter{}, 10)
	_, err := f.Trim(t.Context(), live.Keep{Messages: 4800})
	f.must(err)
	if met == nil || *met.Missing != 190 {
		t.Errorf("gap %+v", met)
	}
}

func TestAFilteredCursorHasTheNumberOfTheLastMessageExamined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, journal.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		c := f.Follow(live.Filter{Where: filter.Types("wanted")}, 0)
		done := make(chan cursor.Batch)
		go func() {
			b, _ := c.Next(ctx)
			done <- b
		}()
		f.some(1234)
		synctest.Wait()
		if c.Number() != 1234 {
			t.Errorf("number %d", c.Number())
		}
		_, err := f.Append(t.Context(), live.Draft{Source: f.source, Type: "wanted"})
		f.must(err)
		if b := <-done; len(b.Entries) != 1 || b.Through != 1235 {
			t.Errorf("%+v", b)
		}
		go func() {
			b, _ := c.Next(ctx)
			done <- b
		}()
		synctest.Wait()
		cancel()
		<-done
		f.must(f.Close())
	})
}

func TestACursorOfOneSourceReadsOnlyThatFromTheStore(t *testing.T) {
	f := open(t, small)
	s, err := f.AddSource(t.Context(), live.Source{Name: "rare", Kind: live.ChannelSource})
	f.must(err)
	for range 10 {
		f.some(500)
		_, err := f.Append(t.Context(), live.Draft{Source: s.ID})
		f.must(err)
	}
	c := f.Follow(live.Filter{Sources: []int64{s.ID}}, 0)
	b := f.next(c)
	if len(b.Entries) < 8 || b.Entries[0].Number != 501 {
		t.Errorf("%d entries at once", len(b.Entries))
	}
}

func TestANumberBeyondTheEndSkipsNothing(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(3)
	c := f.Follow(live.Filter{}, 1000)
	f.some(1)
	if b := f.next(c); b.Entries[0].Number != 4 {
		t.Errorf("%d", b.Entries[0].Number)
	}
}

func TestAReadFromTheStoreIsNoLargerThanThePageSize(t *testing.T) {
	f := open(t, journal.Options{RecentMessages: 1})
	data := strings.Repeat("x", 1000)
	drafts := make([]live.Draft, 2000)
	for i := range drafts {
		drafts[i] = live.Draft{Source: f.source, Data: data}
	}
	if _, err := f.AppendAll(t.Context(), drafts); err != nil {
		t.Fatal(err)
	}
	for _, page := range []int{1, 4000, 32 << 10, 1 << 30} {
		c := f.Follow(live.Filter{}, journal.Oldest)
		c.SetPageSize(page)
		var found int
		for found < 1000 {
			b, err := c.Next(t.Context())
			if err != nil || !b.Stored {
				t.Fatal(b.Stored, err)
			}
			if n := len(b.Entries); n == 0 || n > 512 || (n-1)*len(data) > page || b.Bytes < n*len(data) {
				t.Fatalf("%d messages in a portion of %d bytes, said to take %d", n, page, b.Bytes)
			}
			found += len(b.Entries)
			// Each message is returned once, although reads are undone and repeated.
			if found == len(b.Entries) {
				c.Unread()
				if again, err := c.Next(t.Context()); err != nil || len(again.Entries) != found || again.Through != b.Through {
					t.Fatalf("again: %d messages up to %d: %v", len(again.Entries), again.Through, err)
				}
			}
		}
	}
}

func TestAReadThatIsUndoneReturnsTheSameGapAgain(t *testing.T) {
	f := open(t, journal.Options{RecentMessages: 1})
	f.some(3000)
	_, err := f.Trim(t.Context(), live.Keep{Messages: 1500})
	f.must(err)
	for place, hole := range map[int64]bool{journal.Oldest: false, 10: true} {
		c := f.Follow(live.Filter{}, place)
		first := f.next(c)
		n, through := len(first.Entries), first.Through
		c.Unread()
		again := f.next(c)
		if (first.Gap != nil) != hole || !reflect.DeepEqual(first.Gap, again.Gap) || len(again.Entries) != n || again.Through != through {
			t.Errorf("from %d: %+v, then %+v", place, first.Gap, again.Gap)
		}
		if next := f.next(c); next.Gap != nil || next.Entries[0].Number != through+1 {
			t.Errorf("from %d: %+v behind it", place, next.Gap)
		}
	}
}
