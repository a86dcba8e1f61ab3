package journal_test

import (
	"fmt"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

func TestAClientResumesAfterTheLastMessageItHasRead(t *testing.T) {
	f := open(t, small)
	b, err := f.AddSource(t.Context(), live.Source{Name: "b", Kind: live.ChannelSource})
	f.must(err)
	f.some(2000)
	for _, d := range []live.Draft{
		{Source: f.source, ID: "own"}, // 2001
		{Source: f.source, ID: "twice"},
		{Source: b.ID, ID: "twice"},
		{Source: b.ID, ID: "again"},
		{Source: b.ID, ID: "again"}, // 2005: its id on the wire is its position
		{Source: b.ID, ID: f.Epoch() + ".17"},
	} {
		_, err := f.Append(t.Context(), d)
		f.must(err)
	}
	f.some(3000)
	_, err = f.Trim(t.Context(), live.Keep{Messages: 4000})
	f.must(err)
	if f.First() != 1007 || f.Last() != 5006 {
		t.Fatal(f.First(), f.Last())
	}
	at := func(n int64) string { return live.Position{Epoch: f.Epoch(), Number: n}.String() }
	other := "z" + f.Epoch()[1:]
	if other == f.Epoch() {
		other = "y" + f.Epoch()[1:]
	}
	a, all := []int64{f.source}, int64(journal.Oldest)
	for _, c := range []struct {
		name    string
		sources []int64
		id      string
		after   int64
		gap     string
	}{
		{"an id of its own", a, "own", 2001, ""},
		{"an id of its own, of all sources", nil, "own", 2001, ""},
		{"one that another source has too", a, "twice", 2002, ""},
		{"one that two sources have", []int64{f.source, b.ID}, "twice", 2002, "ambiguous_id"},
		{"one that two messages have", nil, "again", 2004, ""},
		{"one of another source only", a, "again", all, "unknown_id"},
		{"a position", nil, at(3000), 3000, ""},
		{"the position of another source's message", a, at(2003), 2003, ""},
		{"the newest position", nil, at(5006), 5006, ""},
		{"the one before the oldest", nil, at(1006), 1006, ""},
		{"a trimmed one", nil, at(1005), 1005, ""},
		{"before the very first", nil, at(0), 0, ""},
		{"one that was not given yet", nil, at(5007), all, "unknown_id"},
		{"one of another history", nil, other + ".3000", all, "other_epoch"},
		{"a number", nil, "3000", all, "unknown_id"},
		{"what never was an id", nil, "nonsense", all, "unknown_id"},
		{"a version", nil, "v1.2", all, "unknown_id"},
		{"a position written another way", nil, f.Epoch() + ".03000", all, "unknown_id"},
		{"none", nil, "", 5006, ""},
	} {
		after, gap, err := f.Resume(t.Context(), c.sources, c.id)
		f.must(err)
		got := ""
		if gap != nil {
			got = gap.Code
			if gap.Reason == "" || gap.After != c.id {
				t.Errorf("%s: %+v", c.name, gap)
			}
			if (gap.Missing != nil) != (got == "ambiguous_id") {
				t.Errorf("%s: missing %v", c.name, gap.Missing)
			}
		}
		if after != c.after || got != c.gap {
			t.Errorf("%s: after %d, gap %q; not %d, %q", c.name, after, got, c.after, c.gap)
		}
		b := f.next(f.Follow(live.Filter{}, min(after, 5005)))
		missing := map[string]int64{at(1005): 1, at(0): 1006}[c.id]
		if (b.Gap != nil) != (missing > 0) || b.Gap != nil && (b.Gap.Code != "trimmed" || b.Gap.Missing == nil || *b.Gap.Missing != missing) {
			t.Errorf("%s: the cursor meets the gap %+v", c.name, b.Gap)
		}
	}
}

func TestAPositionThatIsTrimmedButStillInMemoryIsExact(t *testing.T) {
	f := open(t, journal.Options{})
	f.some(100)
	_, err := f.Trim(t.Context(), live.Keep{Messages: 10})
	f.must(err)
	after, gap, err := f.Resume(t.Context(), nil, fmt.Sprint(f.Epoch(), ".20"))
	f.must(err)
	if after != 20 || gap != nil {
		t.Fatalf("after %d, gap %+v", after, gap)
	}
	if b := f.next(f.Follow(live.Filter{}, 20)); b.Gap != nil || b.Entries[0].Number != 21 {
		t.Errorf("%+v", b)
	}
}
