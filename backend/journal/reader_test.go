package journal_test

import (
	"fmt"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

func (f *fixture) reader(filter live.Filter) *journal.Reader {
	f.Helper()
	r, err := f.Reader(f.Context(), "rule/1", filter)
	f.must(err)
	return r
}

// read returns the data of all that a reader finds up to the journal's end.
func (f *fixture) read(r *journal.Reader) (data []string) {
	f.Helper()
	for r.Number() < f.Last() {
		for _, e := range f.next(r.Cursor).Entries {
			data = append(data, e.Data)
		}
	}
	return data
}

func TestAReaderContinuesAfterItsLastCommit(t *testing.T) {
	f := open(t, journal.Options{RecentMessages: 10})
	f.reader(live.Filter{})
	f.must(f.Close())
	// Also if the journal was empty and nothing was committed since.
	f.reopen(journal.Options{})
	f.some(3)
	r := f.reader(live.Filter{})
	if got := fmt.Sprint(f.read(r)); got != "[1 2 3]" {
		t.Errorf("a new reader found %s", got)
	}
	f.must(r.Commit(t.Context()))
	f.some(600)
	if n := len(f.read(r)); n != 600 {
		t.Errorf("%d messages", n)
	}
	f.must(f.Close())
	// Not committed, so all of it comes again.
	f.reopen(journal.Options{})
	r = f.reader(live.Filter{})
	if got := f.read(r); len(got) != 600 || got[0] != "4" {
		t.Errorf("%d messages", len(got))
	}
	f.must(r.Commit(t.Context()))
	if got := f.read(f.reader(live.Filter{})); len(got) != 0 {
		t.Errorf("%v came again", got)
	}
}

func TestAReaderThatWasEndedBeginsAtTheEnd(t *testing.T) {
	f := open(t, journal.Options{})
	r := f.reader(live.Filter{})
	f.some(3)
	f.must(r.End(t.Context()))
	m, err := f.Mark(t.Context(), "rule/1")
	f.must(err)
	if m != (live.Mark{}) {
		t.Errorf("its mark still exists: %+v", m)
	}
	r = f.reader(live.Filter{})
	if r.Number() != 3 {
		t.Errorf("a new reader begins at %d", r.Number())
	}
	f.some(1)
	if got := fmt.Sprint(f.read(r)); got != "[4]" {
		t.Errorf("%s", got)
	}
}

func TestAReaderGetsTheEventsOfAFeedInOrder(t *testing.T) {
	f := open(t, journal.Options{})
	f.reader(live.Filter{Kinds: []live.Kind{live.NoteKind}})
	for i, d := range []live.Draft{
		{Kind: live.NoteKind, Data: `{"code":"lost"}`}, {Data: "x"}, {Kind: live.GapKind, Data: `{"code":"disconnected"}`}, {Kind: live.NoteKind, Data: `{"code":"opened"}`},
	} {
		d.Source = f.source
		if n, err := f.Append(t.Context(), d); err != nil || n != int64(i+1) {
			t.Fatal(n, err)
		}
	}
	f.must(f.Close())
	f.reopen(journal.Options{})
	if got := fmt.Sprint(f.read(f.reader(live.Filter{Kinds: []live.Kind{live.NoteKind}}))); got != `[{"code":"lost"} {"code":"opened"}]` {
		t.Errorf("%s", got)
	}
}
