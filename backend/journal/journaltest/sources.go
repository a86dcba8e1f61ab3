package journaltest

import (
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// trim trims until nothing is left to trim, and returns how many went.
func (h *history) trim(keep live.Keep, removed ...int64) (n int64) {
	h.Helper()
	for {
		gone, err := h.Trim(h.Context(), keep, removed)
		h.must(err)
		if len(gone) == 0 {
			return n
		}
		for _, g := range gone {
			n += g.Kept
		}
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
		sums[m.Source] = live.Tally{Kept: s.Kept + 1, Bytes: s.Bytes + int64(len(m.Data))}
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
	h.same(h.trim(live.Keep{}), int64(0))
	h.same(h.trim(live.Keep{Messages: 5000, Bytes: 1 << 20}), int64(0))
	h.kept(ms)
	h.same(h.trim(live.Keep{Messages: 100}), int64(1110))
	h.kept(ms[1110:])
	trimmed, dense, err := h.Trimmed(t.Context())
	h.must(err)
	h.same([]int64{trimmed, dense}, []int64{1110, 1})
	long := h.append(live.Draft{Source: b, Data: strings.Repeat("x", 1000)}, live.Draft{Source: a, Data: strings.Repeat("x", 1000)})
	h.trim(live.Keep{Bytes: 2100})
	left := append(ms, long...)
	size := 0
	for i := len(left) - 1; i >= 0; i-- {
		if size += len(left[i].Data); size > 2100 {
			left = left[i+1:]
			break
		}
	}
	h.kept(left)
	h.trim(live.Keep{Messages: 1})
	h.kept(long[1:])
	h.reopen()
	h.kept(long[1:])
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
	h.same(h.trim(live.Keep{Age: 6 * time.Hour}), int64(0))
	h.same(h.trim(live.Keep{Age: time.Hour}), int64(6))
	h.kept(ms[6:])
}

func removedSourceIsTrimmed(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	h.some(a, 300)
	ms := h.some(b, 5)
	h.some(a, 700)
	h.same(h.trim(live.Keep{}, a), int64(1000))
	h.kept(ms)
	trimmed, dense, err := h.Trimmed(t.Context())
	h.must(err)
	h.same([]int64{trimmed, dense}, []int64{0, 1006}) // nobody lost what the user threw away
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
	h.append(live.Draft{Source: a, Data: "12345"}, live.Draft{Source: b, Data: "1"}, live.Draft{Source: a, Data: "1", Received: start.Add(time.Hour)})
	h.must(h.PutSeen(t.Context(), a, 1))
	want := map[int64]live.Tally{
		a: {Appended: 2, Kept: 2, Bytes: 6, Last: 3, LastAt: start.Add(time.Hour), Seen: 1},
		b: {Appended: 1, Kept: 1, Bytes: 1, Last: 2, LastAt: start},
	}
	_, got, err := h.Sources(t.Context())
	h.must(err)
	h.same(got, want)
	h.reopen()
	h.trim(live.Keep{Messages: 1})
	want[a] = live.Tally{Appended: 2, Kept: 1, Bytes: 1, Last: 3, LastAt: start.Add(time.Hour), Seen: 1}
	want[b] = live.Tally{Appended: 1, Last: 2, LastAt: start}
	_, got, err = h.Sources(t.Context())
	h.must(err)
	h.same(got, want)
}

func sourceIsChanged(t *testing.T, h *history) {
	a := h.source("a")
	s := live.Source{ID: a, Name: "käse & co", Kind: live.FeedSource, Colour: 5, Created: start, Removed: start.Add(time.Minute)}
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
