package journaltest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// texts are texts that a store might change.
var texts = []string{
	"", "a", "line\nline\n", "\n", " leading and trailing ", ":colon", "data: x",
	"nul\x00inside", "\x00", "\x00at the start", "🚂 im Gleis 9¾", "\ufeffbom", "\u2028", "\r",
	`{"a":[1,2,{"b":null}]}`, "'; DROP TABLE messages; --", "%_\\", "123", "1.0", "NULL",
	strings.Repeat("x", 5000), strings.Repeat("€", 1<<18),
}

func textsAreKeptToTheByte(t *testing.T, h *history) {
	s := h.source("a")
	zero, long := int64(0), int64(1)<<62
	var drafts []live.Draft
	for i, text := range texts {
		d := live.Draft{Source: s, Data: text, Connection: int64(i), Received: start.Add(time.Duration(i) * time.Microsecond)}
		switch i % 3 {
		case 1:
			d.Retry, d.Type, d.ID = &zero, "käse", "id 🚂"
		case 2:
			d.Retry, d.ID = &long, strings.ReplaceAll(text, "\x00", "")
		}
		drafts = append(drafts, d)
	}
	drafts = append(drafts,
		live.Draft{Source: s, Kind: live.GapKind, Type: "gap", Data: `{"missing":null}`},
		live.Draft{Source: s, Kind: live.NoteKind, Type: "note", Data: `{"code":"lost"}`},
		live.Draft{Source: s, Data: strings.Repeat("0123456789abcdef", 1<<20)})
	want := h.append(drafts...)
	h.same(h.all(), want)
	h.same(h.all(s), want)
	page, err := h.Page(t.Context(), live.Query{Limit: 5000})
	h.must(err)
	h.same(page.Messages, want)
	h.reopen()
	h.same(h.all(), want)
}

func readIsBounded(t *testing.T, h *history) {
	s := h.source("a")
	ms := h.some(s, 100)
	read := func(after, through int64, limit, maxBytes int) ([]live.Message, int64) {
		t.Helper()
		got, upTo, err := h.Read(t.Context(), nil, after, through, limit, maxBytes)
		h.must(err)
		return got, upTo
	}
	got, through := read(10, 90, 5, 1<<20)
	h.same(got, ms[10:15])
	h.same(through, int64(15))
	got, through = read(10, 12, 5, 1<<20)
	h.same(got, ms[10:12])
	h.same(through, int64(12))
	got, through = read(10, 90, 50, 1) // one message at least
	h.same(got, ms[10:11])
	h.same(through, int64(11))
	got, through = read(100, 100, 5, 1)
	h.same(len(got), 0)
	h.same(through, int64(100))
}

func readKeepsToItsSources(t *testing.T, h *history) {
	ids := make([]int64, 40)
	for i := range ids {
		ids[i] = h.source(strings.Repeat("s", i+1))
	}
	var drafts []live.Draft
	for i := range 2000 {
		drafts = append(drafts, live.Draft{Source: ids[i*i%len(ids)]})
	}
	ms := h.append(drafts...)
	for _, n := range []int{1, 2, 5, 16, 17, 40} {
		f := live.Filter{Sources: ids[:n]}
		var want []live.Message
		for i := range ms {
			if f.Match(&ms[i]) {
				want = append(want, ms[i])
			}
		}
		h.same(numbers(h.all(ids[:n]...)), numbers(want))
		got, through, err := h.Read(t.Context(), ids[:n], 100, 1900, 7, 1<<20)
		h.must(err)
		h.same(len(got), 7)
		h.same(through, got[6].Number)
	}
}

func batchIsWhole(t *testing.T, h *history) {
	s := h.source("a")
	want := h.some(s, 3)
	err := h.Append(t.Context(), []live.Message{
		{Number: 4, Draft: live.Draft{Source: s, Type: "message", Received: start}},
		{Number: 5, Draft: live.Draft{Source: s + 1000, Type: "message", Received: start}},
	}, []live.Mark{{Name: "m", Number: 5}})
	if !errors.Is(err, &live.Error{Code: "refused"}) {
		t.Fatalf("a message without a source: %v", err)
	}
	h.same(h.Last(), int64(3))
	h.same(h.all(), want)
	m, err := h.Mark(t.Context(), "m")
	h.must(err)
	h.same(m, live.Mark{})
	_, tallies, err := h.Sources(t.Context())
	h.must(err)
	h.same(tallies[s].Appended, int64(3))
	h.must(h.CheckWrite(t.Context()))
	h.same(numbers(h.some(s, 1)), []int64{4})
}

func markIsSaved(t *testing.T, h *history) {
	s := h.source("a")
	for i, text := range []string{"", "id\x00", "🚂"} {
		want := live.Mark{Name: "feed/12", Number: int64(i + 1), Text: text}
		h.must(h.Append(t.Context(), []live.Message{{Number: h.Last() + 1, Draft: live.Draft{Source: s, Type: "t", Received: start}}}, []live.Mark{want}))
		got, err := h.Mark(t.Context(), "feed/12")
		h.must(err)
		h.same(got, want)
	}
	h.must(h.Append(t.Context(), nil, []live.Mark{{Name: "feed/12", Number: 7}, {Name: "rule/1", Number: 8}}))
	h.reopen()
	got, err := h.Mark(t.Context(), "feed/12")
	h.must(err)
	h.same(got, live.Mark{Name: "feed/12", Number: 7})
}

func idsAreFound(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	h.append(
		live.Draft{Source: a, ID: "x"}, live.Draft{Source: a, ID: "y"}, live.Draft{Source: b, ID: "x"},
		live.Draft{Source: a}, live.Draft{Source: a, ID: "x"}, live.Draft{Source: b, ID: "X"})
	for _, c := range []struct {
		sources []int64
		id      string
		want    []int64
	}{
		{nil, "x", []int64{1, 3}},
		{[]int64{a}, "x", []int64{1}},
		{[]int64{b}, "x", []int64{3}},
		{[]int64{a, b}, "x", []int64{1, 3}},
		{nil, "y", []int64{2}},
		{[]int64{b}, "y", nil},
		{nil, "X", []int64{6}},
		{nil, "", nil},
		{nil, "none", nil},
	} {
		got, err := h.Find(t.Context(), c.sources, c.id)
		h.must(err)
		if len(got) != len(c.want) || len(got) > 0 && !equal(got, c.want) {
			t.Errorf("id %q in %v: %v, not %v", c.id, c.sources, got, c.want)
		}
	}
}

func equal(a, b []int64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func reopened(t *testing.T, h *history) {
	s := h.source("a")
	epoch := h.Epoch()
	if _, ok := live.ParsePosition(epoch + ".1"); !ok {
		t.Fatalf("%q is no epoch", epoch)
	}
	first, err := h.First(t.Context())
	h.must(err)
	h.same(first, int64(1))
	want := h.some(s, 70)
	h.reopen()
	h.same(h.Epoch(), epoch)
	h.same(h.Last(), int64(70))
	h.same(h.all(), want)
	first, err = h.First(t.Context())
	h.must(err)
	h.same(first, int64(1))
}

func numbersAreNeverUsedTwice(t *testing.T, h *history) {
	s := h.source("a")
	h.some(s, 20)
	for {
		gone, err := h.Trim(t.Context(), live.Trim{Source: s, Removed: true})
		h.must(err)
		if len(gone.Sources) == 0 {
			break
		}
	}
	h.same(len(h.all()), 0)
	h.reopen()
	h.same(h.Last(), int64(20))
	first, err := h.First(t.Context())
	h.must(err)
	h.same(first, int64(21))
}
