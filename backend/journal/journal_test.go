package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// A fixture is a journal on a real store, with one channel.
type fixture struct {
	*testing.T
	*journal.Journal
	dir    string
	source int64
	db     *sqlite.DB
}

// open opens a journal in a new folder. wrap may put something between it and the store.
func open(t *testing.T, opt journal.Options, wrap ...func(journal.Store) journal.Store) *fixture {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir()}
	f.reopen(opt, wrap...)
	s, err := f.AddSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	f.must(err)
	f.source = s.ID
	return f
}

func (f *fixture) reopen(opt journal.Options, wrap ...func(journal.Store) journal.Store) {
	f.Helper()
	if opt.Now == nil {
		opt.Now = time.Now
	}
	db, err := sqlite.Open(f.Context(), f.dir, sqlite.WithClock(opt.Now))
	f.must(err)
	f.db = db
	var store journal.Store = db
	for _, w := range wrap {
		store = w(store)
	}
	f.Journal, err = journal.Open(f.Context(), store, opt)
	f.must(err)
	f.Cleanup(func() { f.Close() })
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// some appends n messages in one batch; their data is their number.
func (f *fixture) some(n int) {
	f.Helper()
	drafts := make([]live.Draft, n)
	for i := range drafts {
		drafts[i] = live.Draft{Source: f.source, Data: fmt.Sprint(f.Last() + int64(i) + 1)}
	}
	_, err := f.AppendAll(f.Context(), drafts)
	f.must(err)
}

// next expects a batch.
func (f *fixture) next(c *cursor.Cursor) cursor.Batch {
	f.Helper()
	b, err := c.Next(f.Context())
	f.must(err)
	return b
}

// code expects a live.Error of that code.
func code(t *testing.T, err error, want string) {
	t.Helper()
	if !errors.Is(err, &live.Error{Code: want}) {
		t.Fatalf("%v, not %q", err, want)
	}
}

// powerCut copies what is on the disk, as it would be found after a power
// cut now, and returns the copy's folder.
func (f *fixture) powerCut() string {
	f.Helper()
	dir := f.TempDir()
	for _, name := range []string{"signalbox.db", "signalbox.db-wal"} {
		b, err := os.ReadFile(filepath.Join(f.dir, name))
		f.must(err)
		f.must(os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	return dir
}

func TestAMessageIsReadAsItWasAppended(t *testing.T) {
	f := open(t, journal.Options{})
	retry := int64(10)
	at := time.Date(2026, 11, 21, 15, 2, 8, 132456789, time.FixedZone("", 3600))
	n, err := f.Append(t.Context(), live.Draft{Source: f.source, ID: "x", Data: "a\nb", Retry: &retry, Received: at})
	f.must(err)
	b := f.next(f.Follow(live.Filter{}, 0))
	page, err := f.Read(t.Context(), live.Query{Limit: 1})
	f.must(err)
	want := live.Message{Number: n, Draft: live.Draft{Source: f.source, Type: "message", ID: "x", Data: "a\nb", Retry: &retry,
		Received: time.Date(2026, 11, 21, 14, 2, 8, 132456000, time.UTC)}}
	for where, got := range map[string]live.Message{"memory": b.Entries[0].Message, "the store": page.Messages[0]} {
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v from %s, not %+v", got, where, want)
		}
	}
}

func TestARestartContinuesWhereTheLastRunEnded(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(700)
	f.must(f.SetMark(t.Context(), live.Mark{Name: "rule/1", Number: 12}))
	epoch, tally, stats := f.Epoch(), f.Tally(f.source), f.Stats()
	f.must(f.Close())
	f.reopen(journal.Options{})
	if f.Epoch() != epoch || f.Last() != 700 || f.First() != 1 || f.Tally(f.source) != tally {
		t.Errorf("epoch %s, %d to %d, %+v", f.Epoch(), f.First(), f.Last(), f.Tally(f.source))
	}
	if s := f.Stats(); s.Messages != stats.Messages || s.Bytes != stats.Bytes || s.Messages != 700 {
		t.Errorf("%+v after, %+v before", s, stats)
	}
	m, err := f.Mark(t.Context(), "rule/1")
	f.must(err)
	if m != (live.Mark{Name: "rule/1", Number: 12}) {
		t.Error(m)
	}
	f.some(1)
	if f.Last() != 701 {
		t.Errorf("the next number is %d", f.Last())
	}
}

func TestNumbersJumpAfterAnUncleanEnd(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(30)
	f.dir = f.powerCut()
	f.reopen(journal.Options{})
	if f.Last() <= 30 {
		t.Fatalf("the journal goes on after %d", f.Last())
	}
	f.some(5)
	// Somebody who was at the end sees the new ones, and no gap.
	c := f.Follow(live.Filter{}, 30)
	b := f.next(c)
	if len(b.Entries) != 5 || b.Gap != nil || b.Entries[4].Number != f.Last() {
		t.Errorf("%d entries, gap %+v", len(b.Entries), b.Gap)
	}
	f.must(f.Close())
	f.reopen(journal.Options{})
	last := f.Last()
	f.some(1)
	if f.Last() != last+1 {
		t.Error("numbers jumped after a clean end")
	}
}

func TestCloseCommitsQueuedRequestsAndEndsCursors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		f := open(t, journal.Options{}, func(s journal.Store) journal.Store {
			return &store{Store: s, before: func([]live.Message) error { <-gate; return nil }}
		})
		errs := make(chan error, 50)
		for range 50 {
			go func() {
				_, err := f.Append(t.Context(), live.Draft{Source: f.source})
				errs <- err
			}()
		}
		ended := make(chan error, 1)
		go func() {
			c := f.Follow(live.Filter{}, 0)
			for {
				if _, err := c.Next(context.Background()); err != nil {
					ended <- err
					return
				}
			}
		}()
		synctest.Wait()
		go f.Close()
		synctest.Wait()
		_, err := f.Append(t.Context(), live.Draft{Source: f.source})
		code(t, err, "closed")
		close(gate)
		for range 50 {
			f.must(<-errs)
		}
		code(t, <-ended, "closed")
		f.must(f.Close())
		_, err = f.Read(t.Context(), live.Query{Limit: 1})
		code(t, err, "closed")
		f.reopen(journal.Options{})
		if f.Last() != 50 {
			t.Errorf("%d of 50 are there", f.Last())
		}
		f.must(f.Close())
	})
}

func TestChangedIsClosedAtOnceWhenIdleAndOncePerWakeIntervalUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, journal.Options{WakeInterval: 5 * time.Millisecond})
		time.Sleep(time.Second)
		moved, last := f.Changed()
		f.some(1)
		<-moved // no time has passed, or the next would say so
		begun := time.Now()
		moved, now := f.Changed()
		if now != last+1 {
			t.Errorf("newest %d, not %d", now, last+1)
		}
		for range 10 {
			f.some(1)
		}
		synctest.Wait()
		select {
		case <-moved:
			t.Error("readers were woken again at once")
		default:
		}
		<-moved
		if d := time.Since(begun); d != 5*time.Millisecond {
			t.Errorf("readers were woken after %s", d)
		}
		f.must(f.Close())
	})
}

func TestReadersAreWokenAgainOnceTheyHaveReadWhatTheyHave(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name     string
		busy     time.Duration // how long the reader is busy with what it has read
		messages int
		then     time.Duration // when readers are woken again
	}{
		{"it waits again", 0, 1, 1 * ms},
		{"it is busy", 4 * ms, 1, 8 * ms},
		{"it is busy while a few publish", 4 * ms, 20, 8 * ms},
		{"it is busy while many publish", 4 * ms, 250, 24 * ms},
		{"it is busy for long while a few publish", 6 * ms, 20, 32 * ms},
		{"it has stopped", time.Hour, 1, 40 * ms},
		{"it has stopped while many publish", time.Hour, 20, 60 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := open(t, journal.Options{})
				time.Sleep(time.Second)
				var reader sync.WaitGroup
				cursor := f.Follow(live.Filter{}, 0)
				reader.Go(func() {
					for {
						if _, err := cursor.Next(t.Context()); err != nil {
							return
						}
						time.Sleep(c.busy)
					}
				})
				synctest.Wait()
				begun := time.Now()
				f.some(1)
				moved, _ := f.Changed()
				time.Sleep(ms / 2)
				for range c.messages {
					f.some(1)
				}
				<-moved
				if d := time.Since(begun); d != c.then {
					t.Errorf("readers were woken after %s, not %s", d, c.then)
				}
				f.must(f.Close())
				reader.Wait()
			})
		})
	}
}

func TestAFrameIsEncodedOnce(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(1)
	e := f.next(f.Follow(live.Filter{}, 0)).Entries[0]
	if other := f.next(f.Follow(live.Filter{}, 0)).Entries[0]; other != e {
		t.Fatal("two readers hold two entries")
	}
	frames := make([][]byte, 64)
	var wg sync.WaitGroup
	for i := range frames {
		wg.Go(func() { frames[i] = e.Frame(func(m *live.Message) []byte { return []byte(m.Data) }) })
	}
	wg.Wait()
	for _, frame := range frames {
		if &frame[0] != &frames[0][0] || string(frame) != "1" {
			t.Fatal("readers hold different frames")
		}
	}
	e.Frame(func(*live.Message) []byte { t.Error("encoded again"); return nil })
}

// A store does something before each Append of the real one, or after each Trim.
type store struct {
	journal.Store
	before  func([]live.Message) error
	check   func() error
	trimmed func()
}

func (s *store) Append(ctx context.Context, ms []live.Message, marks []live.Mark) error {
	if s.before != nil {
		if err := s.before(ms); err != nil {
			return err
		}
	}
	return s.Store.Append(ctx, ms, marks)
}

func (s *store) Trim(ctx context.Context, cut live.Trim) (live.Trimmed, error) {
	gone, err := s.Store.Trim(ctx, cut)
	if s.trimmed != nil {
		s.trimmed()
	}
	return gone, err
}

func (s *store) CheckWrite(ctx context.Context) error {
	if s.check != nil {
		return s.check()
	}
	return s.Store.CheckWrite(ctx)
}
