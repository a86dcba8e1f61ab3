package journaltest

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

func (h *history) page(q live.Query) live.Page {
	h.Helper()
	p, err := h.Page(h.Context(), q)
	h.must(err)
	if len(p.Sizes) != len(p.Messages) {
		h.Fatalf("%d sizes for %d messages", len(p.Sizes), len(p.Messages))
	}
	return p
}

func pagesGoBothWays(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	empty := h.page(live.Query{Newest: true, Limit: 10})
	if len(empty.Messages) != 0 || empty.More {
		t.Fatalf("an empty history: %+v", empty)
	}
	for range 10 { // a has the odd numbers, b the even ones
		h.append(live.Draft{Source: a, Data: "to a"}, live.Draft{Source: b, Data: "to b"})
	}
	for _, c := range []struct {
		name     string
		q        live.Query
		want     []int64
		from, to int64
		more     bool
	}{
		{"the newest", live.Query{Newest: true, Limit: 3}, []int64{18, 19, 20}, 18, 20, true},
		{"before them", live.Query{Newest: true, Before: 18, Limit: 3}, []int64{15, 16, 17}, 15, 17, true},
		{"the last of them", live.Query{Newest: true, Before: 3, Limit: 3}, []int64{1, 2}, 1, 2, false},
		{"just all", live.Query{Newest: true, Before: 4, Limit: 3}, []int64{1, 2, 3}, 1, 3, false},
		{"before all", live.Query{Newest: true, Before: 1, Limit: 3}, nil, 1, 0, false},
		{"the oldest", live.Query{Limit: 3}, []int64{1, 2, 3}, 1, 3, true},
		{"after them", live.Query{After: 3, Limit: 3}, []int64{4, 5, 6}, 4, 6, true},
		{"the rest", live.Query{After: 18, Limit: 3}, []int64{19, 20}, 19, 20, false},
		{"after all", live.Query{After: 20, Limit: 3}, nil, 21, 20, false},
		{"between", live.Query{After: 3, Before: 6, Limit: 10}, []int64{4, 5}, 4, 5, false},
		{"the end of between", live.Query{After: 3, Before: 9, Newest: true, Limit: 2}, []int64{7, 8}, 7, 8, true},
		{"one source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{a}}}, []int64{17, 19}, 17, 20, true},
		{"all but one source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Except: []int64{a}}}, []int64{18, 20}, 18, 20, true},
		{"both sources but one", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{a, b}, Except: []int64{b}}}, []int64{17, 19}, 17, 20, true},
		{"a text in all but one source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Except: []int64{a}, Text: []string{"to a"}}}, nil, 1, 20, false},
		{"one source, after", live.Query{After: 1, Limit: 2, Filter: live.Filter{Sources: []int64{b}}}, []int64{2, 4}, 2, 4, true},
		{"both sources", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{a, b}}}, []int64{19, 20}, 19, 20, true},
		{"a text", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Text: []string{"TO A"}}}, []int64{17, 19}, 17, 20, true},
		{"a text in a source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{b}, Text: []string{"to a"}}}, nil, 1, 20, false},
		{"an id that is not there", live.Query{Limit: 2, Filter: live.Filter{ID: "x"}}, nil, 1, 20, false},
	} {
		p := h.page(c.q)
		if got := numbers(p.Messages); len(got) != len(c.want) || !equal(got, c.want) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
		if p.From != c.from || p.To != c.to || p.More != c.more {
			t.Errorf("%s: from %d to %d, more %v; not %d, %d, %v", c.name, p.From, p.To, p.More, c.from, c.to, c.more)
		}
	}
}

func pageStartsAtATime(t *testing.T, h *history) {
	s := h.source("a")
	ms := h.some(s, 100) // one a second
	for _, c := range []struct {
		at   time.Duration
		want int64
	}{{-time.Hour, 1}, {0, 1}, {1, 2}, {time.Second, 2}, {41500 * time.Millisecond, 43}, {99 * time.Second, 100}} {
		p := h.page(live.Query{At: start.Add(c.at), Limit: 5})
		if len(p.Messages) == 0 || p.Messages[0].Number != c.want {
			t.Errorf("at %s: %v, not %d", c.at, numbers(p.Messages), c.want)
		}
	}
	p := h.page(live.Query{At: ms[99].Received.Add(1000), Limit: 5})
	h.same(len(p.Messages), 0)
	p = h.page(live.Query{At: start, Before: 3, Limit: 5})
	h.same(numbers(p.Messages), []int64{1, 2})
}

func previewEndsAtACharacter(t *testing.T, h *history) {
	s := h.source("a")
	gap := `{"missing":null,"code":"restarted","reason":"long enough to be cut"}`
	data := []string{"short", strings.Repeat("a", 100), strings.Repeat("€", 100), "ab\x00" + strings.Repeat("🚂", 50), "exactly ten", ""}
	for _, d := range data {
		h.append(live.Draft{Source: s, ID: "some id", Data: d})
	}
	h.append(live.Draft{Source: s, Kind: live.GapKind, Data: gap})
	for cut := 1; cut < 20; cut++ {
		p := h.page(live.Query{Limit: 10, Preview: cut})
		for i, whole := range data {
			got := p.Messages[i].Data
			switch {
			case p.Sizes[i] != len(whole):
				t.Errorf("size %d, not %d", p.Sizes[i], len(whole))
			case len(got) > cut || !strings.HasPrefix(whole, got) || !utf8.ValidString(got):
				t.Errorf("%d bytes of %q: %q", cut, whole, got)
			case len(whole) <= cut && got != whole, len(whole) > cut && len(got) <= cut-utf8.UTFMax:
				t.Errorf("%d bytes of %q: only %q", cut, whole, got)
			}
		}
		h.same(p.Messages[len(data)].Data, gap)
	}
}

func previewsCutTypesAndIDs(t *testing.T, h *history) {
	s := h.source("a")
	for _, n := range []int{live.PreviewNames, live.PreviewNames + 1, 1000} {
		long := strings.Repeat("é", n/2) + strings.Repeat("x", n%2)
		h.append(live.Draft{Source: s, ID: long, Type: long, Data: "short"})
	}
	h.append(live.Draft{Source: s, ID: "5", Type: "order", Data: strings.Repeat("x", 1000)})
	for _, preview := range []int{1, 400, 0} {
		most := max(preview, live.PreviewNames)
		if preview == 0 {
			most = 1000
		}
		for i, m := range h.page(live.Query{Limit: 10, Preview: preview}).Messages[:3] {
			long := []int{live.PreviewNames, live.PreviewNames + 1, 1000}[i] > most
			for _, text := range []string{m.ID, m.Type} {
				if m.Cut != long || len(text) > most || !utf8.ValidString(text) || !long && len(text) < live.PreviewNames {
					t.Errorf("preview %d: %d bytes of an id or type, cut %v", preview, len(text), m.Cut)
				}
			}
		}
	}
	if m := h.page(live.Query{Limit: 10, Preview: 1}).Messages[3]; m.ID != "5" || m.Type != "order" || m.Cut {
		t.Errorf("%+v", m)
	}
}

// varied appends messages that differ in everything a filter looks at.
func (h *history) varied(n int) (ms []live.Message, sources []int64) {
	h.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for _, name := range []string{"a", "b", "c"} {
		sources = append(sources, h.source(name))
	}
	var drafts []live.Draft
	for range n {
		d := live.Draft{
			Source: sources[r.IntN(len(sources))],
			Type:   pick("message", "order.paid", "order.shipped", "Order.paid", "orders", "käse", "o%"),
			ID:     pick("", "", "7", "x", "X"),
			Data:   pick("", "one", "ONE two", "nul\x00 then ONE", "Ä ä", "50% _done_", "'quoted'", "\\") + pick("", " tail", "\nsecond LINE", "🚂"),
		}
		if r.IntN(10) == 0 {
			d.Kind, d.Type, d.Data, d.ID = live.NoteKind, "note", `{"reason":"one"}`, ""
		} else if r.IntN(10) == 0 {
			d.Kind, d.Type, d.Data, d.ID = live.GapKind, "gap", `{"missing":null,"code":"c","reason":"two"}`, ""
		}
		drafts = append(drafts, d)
	}
	return h.append(drafts...), sources
}

// filters are the filters to apply to them.
func filters(sources []int64) []live.Filter {
	list := []live.Filter{
		{}, {ID: "7"}, {ID: "x"}, {ID: "none"},
		{Kinds: []live.Kind{live.Event}}, {Kinds: []live.Kind{live.GapKind}}, {Kinds: []live.Kind{live.GapKind, live.NoteKind}},
		{Kinds: []live.Kind{live.Event, live.NoteKind}, Text: []string{"two"}}, {Kinds: []live.Kind{live.Event}, ID: "7"},
		{Kinds: []live.Kind{live.Event, live.GapKind}, ID: "7"}, {Kinds: []live.Kind{live.NoteKind}, ID: "7", Types: []string{"x"}},
		{Types: []string{"order.paid"}}, {Types: []string{"order.*"}}, {Types: []string{"*"}}, {Types: []string{"o%"}},
		{Types: []string{"käse", "orders"}}, {Types: []string{"order.", "."}},
		{Text: []string{"one"}}, {Text: []string{"ONE", "two"}}, {Text: []string{"then one"}}, {Text: []string{"ä"}}, {Text: []string{"Ä"}},
		{Text: []string{"%"}}, {Text: []string{"_done"}}, {Text: []string{"'"}}, {Text: []string{"\\"}}, {Text: []string{"\x00"}},
		{Text: []string{"line"}}, {Text: []string{"🚂"}}, {Text: []string{"paid"}}, {Text: []string{""}},
		{Without: []string{"one"}}, {Without: []string{"line", "🚂"}}, {Text: []string{"one"}, Without: []string{"two"}},
		{Types: []string{"order.*"}, Text: []string{"one"}, ID: "x"},
	}
	for _, f := range list[:len(list):len(list)] {
		f.Sources = sources[:1]
		list = append(list, f)
		f.Sources = sources[1:]
		list = append(list, f)
	}
	return list
}

func filterMeansTheSame(t *testing.T, h *history) {
	ms, sources := h.varied(1500)
	for _, f := range filters(sources) {
		var want []int64
		for i := range ms {
			if f.Match(&ms[i]) {
				want = append(want, ms[i].Number)
			}
		}
		for _, newest := range []bool{false, true} {
			got := h.found(live.Query{Filter: f, Newest: newest, Limit: 5000})
			if len(got) != len(want) || !equal(got, want) {
				t.Errorf("%+v, newest %v: %d messages, not %d", f, newest, len(got), len(want))
			}
		}
	}
}

// found returns the numbers of all messages that a query finds: on a busy machine
// one page may end before, because its time is bounded.
func (h *history) found(q live.Query) (found []int64) {
	for {
		p := h.page(q)
		ns := numbers(p.Messages)
		if q.Newest {
			found, q.Before = append(ns, found...), p.From
		} else {
			found, q.After = append(found, ns...), p.To
		}
		if !p.More {
			return found
		}
	}
}

func pagesOfAFilterMissNothing(t *testing.T, h *history) {
	ms, sources := h.varied(1500)
	for i, f := range filters(sources) {
		var want []int64
		for i := range ms {
			if f.Match(&ms[i]) {
				want = append(want, ms[i].Number)
			}
		}
		limit := 1 + i*7%60
		var got []int64
		for after, more := int64(0), true; more; {
			p := h.page(live.Query{Filter: f, After: after, Limit: limit})
			if p.From != after+1 || p.More && p.To <= after {
				t.Fatalf("%+v after %d: a page from %d to %d", f, after, p.From, p.To)
			}
			got, after, more = append(got, numbers(p.Messages)...), p.To, p.More
		}
		if len(got) != len(want) || !equal(got, want) {
			t.Errorf("%+v forward: %d messages, not %d", f, len(got), len(want))
		}
		got = nil
		for before, more := int64(len(ms)+1), true; more; {
			p := h.page(live.Query{Filter: f, Before: before, Newest: true, Limit: limit})
			if p.To != before-1 || p.More && p.From >= before {
				t.Fatalf("%+v before %d: a page from %d to %d", f, before, p.From, p.To)
			}
			got, before, more = append(numbers(p.Messages), got...), p.From, p.More
		}
		if len(got) != len(want) || !equal(got, want) {
			t.Errorf("%+v backward: %d messages, not %d", f, len(got), len(want))
		}
	}
}
