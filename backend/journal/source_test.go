package journal_test

import (
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

func TestASourceIsAddedChangedRemovedAndRestored(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	f := open(t, journal.Options{Now: func() time.Time { return now }})
	ctx := t.Context()
	b, err := f.AddSource(ctx, live.Source{Name: "b", Kind: live.FeedSource})
	f.must(err)
	if b.ID == f.source || !b.Created.Equal(now) {
		t.Errorf("%+v", b)
	}
	_, err = f.AddSource(ctx, live.Source{Name: "a/b", Kind: live.FeedSource})
	code(t, err, "bad_name")
	_, err = f.AddSource(ctx, live.Source{Name: "a", Kind: live.FeedSource})
	code(t, err, "name_taken")
	_, err = f.ChangeSource(ctx, live.Source{ID: b.ID, Name: "a"})
	code(t, err, "name_taken")
	_, err = f.ChangeSource(ctx, live.Source{ID: 999, Name: "c"})
	code(t, err, "not_found")
	c, err := f.ChangeSource(ctx, live.Source{ID: b.ID, Name: "c"})
	f.must(err)
	if c.Name != "c" || c.Kind != live.FeedSource || c.Colour != b.Colour || !c.Created.Equal(now) {
		t.Errorf("%+v", c)
	}
	if _, ok := f.Source("b"); ok {
		t.Error("the old name still leads to it")
	}
	if got, ok := f.Source("c"); !ok || got != c {
		t.Errorf("%+v", got)
	}

	f.must(f.RemoveSource(ctx, c.ID))
	code(t, f.RemoveSource(ctx, c.ID), "not_found")
	if _, ok := f.Source("c"); ok || len(f.Sources()) != 1 {
		t.Error("a removed source is still on the list")
	}
	_, err = f.Append(ctx, live.Draft{Source: c.ID})
	code(t, err, "not_found")
	if got, ok := f.SourceByID(c.ID); !ok || !got.Removed.Equal(now) {
		t.Errorf("%+v", got)
	}
	other, err := f.AddSource(ctx, live.Source{Name: "c", Kind: live.ChannelSource})
	f.must(err)
	_, err = f.RestoreSource(ctx, c.ID)
	code(t, err, "name_taken")
	_, err = f.ChangeSource(ctx, live.Source{ID: other.ID, Name: "d"})
	f.must(err)
	pass(f, &now, 10*time.Minute-1)
	back, err := f.RestoreSource(ctx, c.ID)
	f.must(err)
	if back != c {
		t.Errorf("%+v came back, not %+v", back, c)
	}
	_, err = f.Append(ctx, live.Draft{Source: c.ID})
	f.must(err)
}

// pass lets time pass: in steps that are too small to be a leap of the clock.
func pass(f *fixture, now *time.Time, d time.Duration) {
	for end := now.Add(d); now.Before(end); f.db.Now() {
		*now = now.Add(min(end.Sub(*now), 30*time.Second))
	}
}

func TestAClockThatJumpsDeletesNothing(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	opt := journal.Options{Now: func() time.Time { return now }}
	keep := live.Keep{Age: 24 * time.Hour}
	f := open(t, opt)
	ctx := t.Context()
	b, err := f.AddSource(ctx, live.Source{Name: "b", Kind: live.ChannelSource})
	f.must(err)
	_, err = f.AppendAll(ctx, []live.Draft{{Source: f.source, Data: "a"}, {Source: b.ID, Data: "b"}})
	f.must(err)
	nothingGoes := func(when string) {
		t.Helper()
		f.must(f.RemoveSource(ctx, b.ID))
		n, err := f.Trim(ctx, keep)
		f.must(err)
		if n != 0 {
			t.Errorf("%s: %d messages went", when, n)
		}
		if _, err := f.RestoreSource(ctx, b.ID); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	f.must(f.RemoveSource(ctx, b.ID))
	now = now.Add(48 * time.Hour)
	n, err := f.Trim(ctx, keep)
	f.must(err)
	if n != 0 {
		t.Errorf("under a running program: %d messages went", n)
	}
	if _, err := f.RestoreSource(ctx, b.ID); err != nil {
		t.Errorf("under a running program: %v", err)
	}
	// What is received meanwhile has the wrong time, and is no proof of it.
	_, err = f.Append(ctx, live.Draft{Source: f.source, Data: "c"})
	f.must(err)
	f.must(f.Close())
	f.reopen(opt)
	nothingGoes("in the next run")

	now = now.Add(-48 * time.Hour)
	nothingGoes("set right")
	f.must(f.Close())
	now = now.Add(48 * time.Hour)
	f.reopen(opt)
	nothingGoes("between two runs")
}

func TestARemovedSourceIsDeletedAfterTenMinutes(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	opt := journal.Options{Now: func() time.Time { return now }}
	f := open(t, opt)
	ctx := t.Context()
	b, err := f.AddSource(ctx, live.Source{Name: "b", Kind: live.ChannelSource})
	f.must(err)
	for range 700 {
		_, err := f.AppendAll(ctx, []live.Draft{{Source: f.source, Data: "a"}, {Source: b.ID, Data: "bb"}})
		f.must(err)
	}
	f.must(f.RemoveSource(ctx, b.ID))
	n, err := f.Trim(ctx, live.Keep{})
	f.must(err)
	if n != 0 || f.Tally(b.ID).Kept != 700 {
		t.Fatalf("%d messages went at once", n)
	}
	if list := f.RemovedSources(); len(list) != 1 || list[0].ID != b.ID {
		t.Errorf("what can be restored: %+v", list)
	}
	pass(f, &now, 10*time.Minute)
	if list := f.RemovedSources(); len(list) != 0 {
		t.Errorf("what can be restored after ten minutes: %+v", list)
	}
	_, err = f.RestoreSource(ctx, b.ID)
	code(t, err, "not_found")
	n, err = f.Trim(ctx, live.Keep{})
	f.must(err)
	size := (&live.Draft{Type: "message", Data: "a"}).Size()
	if s := f.Stats(); n != 700 || s.Messages != 700 || s.Bytes != int64(700*size) {
		t.Errorf("%d messages went, %+v", n, s)
	}
	if _, ok := f.SourceByID(b.ID); ok {
		t.Error("it is still known")
	}
	// What the user threw away is no gap for who follows everything.
	f.must(f.Close())
	f.reopen(opt)
	if _, ok := f.SourceByID(b.ID); ok {
		t.Error("it is still known after a restart")
	}
	if b := f.next(f.Follow(live.Filter{}, 0)); b.Gap != nil {
		t.Errorf("a gap: %+v", b.Gap)
	}
}

func TestANewSourceGetsTheLeastUsedColour(t *testing.T) {
	f := open(t, journal.Options{})
	var used [live.Colours + 1]int
	used[f.Sources()[0].Colour]++
	for i := range 2*live.Colours - 1 {
		s, err := f.AddSource(t.Context(), live.Source{Name: string(rune('b' + i)), Kind: live.ChannelSource})
		f.must(err)
		used[s.Colour]++
	}
	for c := 1; c <= live.Colours; c++ {
		if used[c] != 2 {
			t.Errorf("colour %d was given %d times", c, used[c])
		}
	}
}

func TestMessagesSinceTheLastVisitAreUnread(t *testing.T) {
	f := open(t, journal.Options{})
	unread := func() int64 { tally := f.Tally(f.source); return tally.Appended - tally.Seen }
	f.some(5)
	if unread() != 5 {
		t.Error(unread())
	}
	f.must(f.SetSeen(t.Context(), f.source))
	f.some(2)
	_, err := f.Trim(t.Context(), live.Keep{Messages: 1})
	f.must(err)
	if unread() != 2 {
		t.Error(unread())
	}
	f.must(f.Close())
	f.reopen(journal.Options{})
	if unread() != 2 {
		t.Error("after a restart:", unread())
	}
	code(t, f.SetSeen(t.Context(), 999), "not_found")
}
