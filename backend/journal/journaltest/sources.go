package journaltest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// trim trims until nothing is left of a cut, and returns how many went.
func (h *history) trim(cut live.Trim) (n int64) {
	h.Helper()
	for {
		t, err := h.Trim(h.Context(), cut)
		h.must(err)
		if len(t.Sources) == 0 {
			return n
		}
		for _, g := range t.Sources {
			n += g.Kept
			cut.Messages, cut.Bytes = max(0, cut.Messages-g.Kept), max(0, cut.Bytes-g.Bytes)
		}
		first, err := h.First(h.Context())
		h.must(err)
		if t.First == 0 {
			t.First = h.Last() + 1
		}
		h.same(t.First, first)
	}
}

// trimmed checks the result of Trimmed for all sources.
func (h *history) trimmed(after int64, want map[int64]int64, sources ...int64) {
	h.Helper()
	got, err := h.Trimmed(h.Context(), sources, after)
	h.must(err)
	h.same(got, want)
}

// count expects that so many events of a source were trimmed in a stretch, or
// none of -1.
func (h *history) count(source, after, through, want int64) {
	h.Helper()
	n, anything, err := h.CountTrimmed(h.Context(), source, after, through)
	h.must(err)
	if n != want || anything != (want != 0) {
		h.Fatalf("after %d through %d: %d, %v; not %d", after, through, n, anything, want)
	}
}

// kept checks that just these are left, and that the tallies say so too.
func (h *history) kept(want []live.Message) {
	h.Helper()
	h.same(numbers(h.all()), numbers(want))
	_, tallies, err := h.Sources(h.Context())
	h.must(err)
	sums := make(map[int64]live.Tally)
	for _, m := range want {
		s := sums[m.Source]
		sums[m.Source] = live.Tally{Kept: s.Kept + 1, Bytes: s.Bytes + int64(m.Size())}
	}
	for id, t := range tallies {
		if t.Kept != sums[id].Kept || t.Bytes != sums[id].Bytes {
			h.Errorf("the tally of source %d says %d messages and %d bytes; it has %d and %d", id, t.Kept, t.Bytes, sums[id].Kept, sums[id].Bytes)
		}
	}
	first, err := h.First(h.Context())
	h.must(err)
	oldest := h.Last() + 1
	if len(want) > 0 {
		oldest = want[0].Number
	}
	h.same(first, oldest)
}

func trimmingKeepsTheNewest(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	ms := h.some(a, 1200)
	ms = append(ms, h.some(b, 10)...)
	h.same(h.trim(live.Trim{}), int64(0))
	h.kept(ms)
	h.same(h.trim(live.Trim{Messages: 1110}), int64(1110))
	h.kept(ms[1110:])
	one, err := h.Trim(t.Context(), live.Trim{Messages: 100, Limit: 7})
	h.must(err)
	h.same(one.Sources[a].Kept, int64(7))
	h.kept(ms[1117:])
	h.trim(live.Trim{Messages: 83})
	long := h.append(live.Draft{Source: b, Data: strings.Repeat("x", 1000)}, live.Draft{Source: a, Data: strings.Repeat("x", 1000)})
	before := 0
	for _, m := range ms[1200:] {
		before += m.Size()
	}
	h.trim(live.Trim{Bytes: int64(before)})
	h.kept(long)
	h.trim(live.Trim{Bytes: 1})
	h.kept(long[1:])
	h.reopen()
	h.kept(long[1:])
	h.trim(live.Trim{Messages: 5})
	h.kept(nil)
}

func trimmingOfOne(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	var drafts []live.Draft
	for range 1000 { // a has the odd numbers, b the even ones
		drafts = append(drafts, live.Draft{Source: a, Data: "a"}, live.Draft{Source: b, Data: "b"})
	}
	ms := h.append(drafts...)
	h.same(h.trim(live.Trim{Source: a, Messages: 600}), int64(600))
	left := slices.DeleteFunc(slices.Clone(ms), func(m live.Message) bool { return m.Source == a && m.Number < 1200 })
	h.kept(left)
	h.same(h.trim(live.Trim{Source: b, Bytes: 100 * int64(ms[1].Size())}), int64(100))
	left = slices.DeleteFunc(left, func(m live.Message) bool { return m.Source == b && m.Number <= 200 })
	h.kept(left)
	check := func() {
		t.Helper()
		h.trimmed(0, map[int64]int64{a: 1199, b: 200})
		h.trimmed(200, map[int64]int64{a: 1199})
		h.trimmed(0, map[int64]int64{b: 200}, b)
		h.trimmed(200, map[int64]int64{}, b)
		h.count(a, 0, 1199, 600)
		h.count(a, 0, 5000, 600)
		h.count(a, 1, 1199, 599)
		h.count(a, 2, 1199, 599)
		h.count(a, 100, 200, 50)
		h.count(a, 1198, 5000, 1)
		h.count(a, 1199, 5000, 0)
		h.count(b, 0, 1, 0)
		h.count(b, 0, 2, 1)
		h.count(b, 0, 199, 99)
	}
	check()
	h.reopen()
	check()
	h.same(h.trim(live.Trim{Messages: 400}), int64(400))
	// All of both up to there: 1001 to 1200 are of b alone.
	h.trimmed(0, map[int64]int64{a: 1199, b: 1000})
	h.count(b, 100, 1000, 450)
}

func trimmedIsCounted(t *testing.T, h *history) {
	a := h.source("a")
	far := "zz.7"
	h.append(
		live.Draft{Source: a, ID: "x", Data: "1"},
		live.Draft{Source: a, ID: "x", Data: "2"},
		live.Draft{Source: a, Data: "3", Origin: far},
		live.Draft{Source: a, Kind: live.NoteKind, Type: "note", Data: "{}"},
		live.Draft{Source: a, Kind: live.GapKind, Type: "gap", Data: "{}"},
		live.Draft{Source: a, Data: strings.Repeat("€", 5000)},
		live.Draft{Source: a, Data: "key", Once: true, Key: "k"},
		live.Draft{Source: a})
	h.same(h.trim(live.Trim{Messages: 7}), int64(7))
	h.reopen()
	h.count(a, 0, 4, 3) // the note is not counted
	h.count(a, 3, 4, 0) // and is no hole
	h.count(a, 5, 7, 2)
	n, anything, err := h.CountTrimmed(t.Context(), a, 4, 5)
	h.must(err)
	if n != 0 || !anything {
		t.Errorf("a trimmed gap: %d, %v", n, anything)
	}
	found, err := h.Find(t.Context(), []int64{a}, "x")
	h.must(err)
	h.same(found, []int64{1})
	repeated := func(d live.Draft, want bool) {
		t.Helper()
		if got := h.append(d)[0]; got.Repeated != want {
			t.Errorf("%.20s… of %s: %+v", d.Data, d.Origin, got.Repeated)
		}
	}
	own := func(n int64) string { return live.Position{Epoch: h.Epoch(), Number: n}.String() }
	repeated(live.Draft{Source: a, Data: "3", Origin: far}, true)
	repeated(live.Draft{Source: a, Data: "4", Origin: far}, false)
	repeated(live.Draft{Source: a, ID: "x", Data: "1", Origin: own(1)}, true)
	repeated(live.Draft{Source: a, Data: "2", Origin: own(1)}, false)
	repeated(live.Draft{Source: a, Data: strings.Repeat("€", 5000), Origin: own(6)}, true)
	repeated(live.Draft{Source: a, Data: strings.Repeat("€", 4999), Origin: own(6)}, false)
	repeated(live.Draft{Source: a, ID: "x", Data: "1", Once: true}, true)
	repeated(live.Draft{Source: a, ID: "x", Data: "2", Once: true}, true)
	repeated(live.Draft{Source: a, ID: "x", Data: "3", Once: true}, false)
	repeated(live.Draft{Source: a, Data: "key", Once: true, Key: "k"}, true)
	// A source that was removed leaves nothing behind.
	for h.trim(live.Trim{Source: a, Removed: true}) > 0 {
	}
	h.must(h.DeleteSource(t.Context(), a))
	found, err = h.Find(t.Context(), nil, "x")
	h.must(err)
	h.same(len(found), 0)
	h.trimmed(0, map[int64]int64{})
}

func trimmingByAge(t *testing.T, h *history) {
	s := h.source("a")
	now := time.Now().UTC().Truncate(time.Microsecond)
	at := func(ages ...time.Duration) (ms []live.Message) {
		for _, age := range ages {
			ms = append(ms, h.append(live.Draft{Source: s, Received: now.Add(-age)})...)
		}
		return ms
	}
	// The fifth was stamped by a clock that was wrong: it must not keep the
	// sixth. The eighth is old too, but stands behind one that is young.
	ms := at(5*time.Hour, 4*time.Hour, 3*time.Hour, 150*time.Minute, -24*time.Hour, 2*time.Hour, time.Minute, 9*time.Hour, 0)
	h.same(h.trim(live.Trim{Before: now.Add(-6 * time.Hour)}), int64(0))
	h.same(h.trim(live.Trim{Source: s, Before: now.Add(-270 * time.Minute)}), int64(1))
	h.same(h.trim(live.Trim{Before: now.Add(-time.Hour)}), int64(5))
	h.kept(ms[6:])
}

func removedSourceIsTrimmed(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	h.some(a, 300)
	ms := h.some(b, 5)
	h.some(a, 700)
	h.same(h.trim(live.Trim{Source: a, Removed: true}), int64(1000))
	h.kept(ms)
	h.trimmed(0, map[int64]int64{}) // a removed source leaves no gap
	h.must(h.DeleteSource(t.Context(), a))
	list, _, err := h.Sources(t.Context())
	h.must(err)
	h.same(len(list), 1)
	if c := h.source("a"); c == a {
		t.Error("the id of a forgotten source was given again")
	}
}

func talliesAreKept(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	h.append(live.Draft{Source: a, Data: "12345", Type: "order", ID: "12"}, live.Draft{Source: b, Data: "1", Type: "t"},
		live.Draft{Source: a, Data: "1", Type: "t", ID: "12", Origin: "zz.7", Once: true, Key: "key", Received: start.Add(time.Hour)})
	h.must(h.PutSeen(t.Context(), a, 1))
	want := map[int64]live.Tally{
		a: {Appended: 2, Kept: 2, Bytes: 5 + 5 + 2 + 1 + 1 + 2 + 4 + 3, Last: 3, LastAt: start.Add(time.Hour), Seen: 1},
		b: {Appended: 1, Kept: 1, Bytes: 2, Last: 2, LastAt: start},
	}
	_, got, err := h.Sources(t.Context())
	h.must(err)
	h.same(got, want)
	h.reopen()
	h.trim(live.Trim{Messages: 2})
	want[a] = live.Tally{Appended: 2, Kept: 1, Bytes: 1 + 1 + 2 + 4 + 3, Last: 3, LastAt: start.Add(time.Hour), Seen: 1}
	want[b] = live.Tally{Appended: 1, Last: 2, LastAt: start}
	_, got, err = h.Sources(t.Context())
	h.must(err)
	h.same(got, want)
	h.trim(live.Trim{Messages: 1})
	want[a] = live.Tally{Appended: 2, Last: 3, LastAt: start.Add(time.Hour), Seen: 1}
	_, got, err = h.Sources(t.Context())
	h.must(err)
	h.same(got, want)
}

func sourceIsChanged(t *testing.T, h *history) {
	a := h.source("a")
	s := live.Source{ID: a, Name: "käse & co", Kind: live.FeedSource, Colour: 5, Created: start, Removed: start.Add(time.Minute),
		Keep: live.Keep{Messages: 1, Bytes: 1 << 40, Age: 240 * time.Hour}}
	got, err := h.PutSource(t.Context(), s)
	h.must(err)
	h.same(got, s)
	h.reopen()
	list, _, err := h.Sources(t.Context())
	h.must(err)
	h.same(list, []live.Source{s})
	again := h.source(s.Name) // a removed one does not keep its name
	s.Removed = time.Time{}
	if _, err := h.PutSource(t.Context(), s); err == nil {
		t.Error("two sources live under one name")
	}
	h.must(h.DeleteSource(t.Context(), again))
	_, err = h.PutSource(t.Context(), s)
	h.must(err)
}
