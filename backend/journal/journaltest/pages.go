package journaltest

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/backend/filter"
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
		{"a text in all but one source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Except: []int64{a}, Where: filter.MustParse(`"to a"`)}}, nil, 1, 20, false},
		{"one source, after", live.Query{After: 1, Limit: 2, Filter: live.Filter{Sources: []int64{b}}}, []int64{2, 4}, 2, 4, true},
		{"both sources", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{a, b}}}, []int64{19, 20}, 19, 20, true},
		{"a text", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Where: filter.MustParse(`"TO A"`)}}, []int64{17, 19}, 17, 20, true},
		{"a text in a source", live.Query{Newest: true, Limit: 2, Filter: live.Filter{Sources: []int64{b}, Where: filter.MustParse(`"to a"`)}}, nil, 1, 20, false},
		{"an id that is not there", live.Query{Limit: 2, Filter: live.Filter{Where: filter.MustParse("id:x")}}, nil, 1, 20, false},
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
func (h *history) varied(n int) (ms []live.Message, named filterSources) {
	h.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for _, name := range []string{"a", "ab", "c"} {
		named = append(named, live.Source{ID: h.source(name), Name: name})
	}
	var drafts []live.Draft
	for range n {
		d := live.Draft{
			Source: named[r.IntN(len(named))].ID,
			Type:   pick("message", "order.paid", "order.shipped", "Order.paid", "orders", "käse", "o%"),
			ID:     pick("", "", "7", "x", "X"),
			Data:   pick("", "one", "ONE two", "nul\x00 then ONE", "Ä ä", "50% _done_", "'quoted'", "\\", "订单") + pick("", " tail", "\nsecond LINE", "🚂"),
		}
		if r.IntN(2) == 0 {
			d.Data = randomJSON(r)
		}
		if r.IntN(10) == 0 {
			d.Kind, d.Type, d.Data, d.ID = live.NoteKind, "note", `{"reason":"one"}`, ""
		} else if r.IntN(10) == 0 {
			d.Kind, d.Type, d.Data, d.ID = live.GapKind, "gap", `{"missing":null,"code":"c","reason":"two"}`, ""
		}
		drafts = append(drafts, d)
	}
	return h.append(drafts...), named
}

// randomJSON returns JSON, or nearly: with big integers, members of the same name,
// escapes, and texts that end too early.
func randomJSON(r *rand.Rand) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	value := func() string {
		return pick("1", "-0.0", "50", "5e1", "9007199254740993", "9007199254740992.0", "12345678901234567890123", "true", "null", `"paid"`, `"p\u0061id"`, `"PAID"`,
			`"50.00"`, `"订单"`, `"\u8ba2\u5355"`, `"a\"b\\c\n"`, `"\ud83d\ude82"`, `"x\u0000y"`, `["paid",50]`, `{"state":"paid"}`, `[{"sku":"A-1840"},{"sku":"B"}]`, `[]`)
	}
	var members []string
	for range r.IntN(4) {
		members = append(members, pick(`"state"`, `"total"`, `"st\u0061te"`, `"items"`, `"a b"`, `""`)+pick(":", " : ")+value())
	}
	text := "{" + strings.Join(members, pick(",", " , ")) + "}"
	switch r.IntN(12) {
	case 0:
		return text[:len(text)-1]
	case 1:
		return text + "x"
	case 2:
		return value()
	case 3:
		return "\x00" + text
	}
	return text
}

// filterSources are the sources that source: names.
type filterSources []live.Source

func (fs filterSources) Sources() []live.Source { return fs }

func (fs filterSources) SourceByID(id int64) (live.Source, bool) {
	for _, s := range fs {
		if s.ID == id {
			return s, true
		}
	}
	return live.Source{}, false
}

// filters are the filters to apply to them.
func filters(h *history, named filterSources) []live.Filter {
	t := h.T
	t.Helper()
	terms := []string{
		"id:7", "id:x", "id:none", "id:7 id:X", "is:event", "is:gap", "is:gap,note", "is:bookmarked", "is:gap,bookmarked", "event:order.paid", "event:order.*", "event:*", "event:o%",
		"event:käse,orders", "event:order.,.", "one", "ONE", `"then one"`, "ä", "Ä", "%", "_done", "'", `\`, "\x00", "line", "🚂", "paid", `""`, "订单", "单",
		"source:a", "source:a*", "source:c,ab", "source:nobody*", "after:" + start.Add(500*time.Second).Format(time.RFC3339), "before:" + start.Add(700*time.Second+1).Format(time.RFC3339Nano),
		`$.state = "paid"`, "$.state : paid", "$.state != paid", "$.total > 50", "$.total >= 9007199254740993", "$.total = 50", "$.total < 9007199254740993", "$.total <= -0",
		"$.state", `$["a b"]`, `$[""] = null`, "$.items[*].sku : a-1", "$.items[0] = paid", "$.items.* : 50", "$.state : 订", `$.state = "a\"b\c` + "\n" + `"`, "$.state : /^P.*d$/i", "$ = 50", "$ : 🚂",
		"$.total : 9007", "$.state > paic", "/then one/i", "/^one/", "/(one|TWO)$/", `/\d{3}/`, "/订单|完/", "/K/i",
	}
	texts := append([]string{"", "is:event,note two", "is:event id:7", "is:event,gap id:7", "is:note id:7 event:x", "ONE two", "one -two", "event:order.* one id:x"}, terms...)
	for _, term := range terms {
		texts = append(texts, "-"+term)
	}
	r := rand.New(rand.NewPCG(3, 4))
	var random func(depth int) string
	random = func(depth int) string {
		switch {
		case depth == 0 || r.IntN(3) == 0:
			return terms[r.IntN(len(terms))]
		case r.IntN(4) == 0:
			return "-(" + random(depth-1) + ")"
		}
		return "(" + random(depth-1) + []string{" ", " and ", " or "}[r.IntN(3)] + random(depth-1) + ")"
	}
	for range 150 {
		texts = append(texts, random(3))
	}
	var list []live.Filter
	for i, text := range texts {
		where, err := filter.Parse(text, filter.Env{Now: start.Add(20 * time.Minute), Sources: named, Bookmarked: func() (map[int64]bool, error) { return h.Bookmarked(t.Context()) }})
		if err != nil {
			if e, ok := errors.AsType[*live.Error](err); ok && e.Text == "bad_filter/kinds" {
				continue
			}
			t.Fatalf("%s: %v", text, err)
		}
		list = append(list, live.Filter{Where: where})
		switch f := (live.Filter{Where: where}); i % 8 {
		case 0:
			f.Sources = []int64{named[0].ID}
			list = append(list, f)
		case 1:
			f.Sources = []int64{named[1].ID, named[2].ID}
			list = append(list, f)
		case 2:
			f.Except = []int64{named[1].ID}
			list = append(list, f)
		case 3:
			f.Kinds = []live.Kind{live.Event, live.NoteKind}
			list = append(list, f)
		}
	}
	return list
}

func filterMeansTheSame(t *testing.T, h *history) {
	ms, named := h.varied(1500)
	for i := 3; i < len(ms); i += 7 {
		h.put(ms[i].Number, "", start)
	}
	found, err := h.RemoveBookmark(t.Context(), ms[3].Number, start)
	h.must(err)
	h.same(found, true)
	for _, f := range filters(h, named) {
		need := f.Where.(*filter.Filter).Need()
		var want []int64
		for i := range ms {
			if !f.Match(&ms[i]) {
				continue
			}
			want = append(want, ms[i].Number)
			if ms[i].Kind == live.Event && !need.Holds(ms[i].Data, ms[i].Type) {
				t.Errorf("%s selects %+v, which has not the pieces", f.Where, ms[i])
			}
		}
		for _, newest := range []bool{false, true} {
			got := h.found(live.Query{Filter: f, Newest: newest, Limit: 5000})
			if len(got) != len(want) || !equal(got, want) {
				t.Errorf("%+v %s, newest %v: %d messages, not %d", f, f.Where, newest, len(got), len(want))
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
	ms, named := h.varied(1500)
	for i, f := range filters(h, named) {
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
				t.Fatalf("%+v %s after %d: a page from %d to %d", f, f.Where, after, p.From, p.To)
			}
			got, after, more = append(got, numbers(p.Messages)...), p.To, p.More
		}
		if len(got) != len(want) || !equal(got, want) {
			t.Errorf("%+v %s forward: %d messages, not %d", f, f.Where, len(got), len(want))
		}
		got = nil
		for before, more := int64(len(ms)+1), true; more; {
			p := h.page(live.Query{Filter: f, Before: before, Newest: true, Limit: limit})
			if p.To != before-1 || p.More && p.From >= before {
				t.Fatalf("%+v %s before %d: a page from %d to %d", f, f.Where, before, p.From, p.To)
			}
			got, before, more = append(numbers(p.Messages), got...), p.From, p.More
		}
		if len(got) != len(want) || !equal(got, want) {
			t.Errorf("%+v %s backward: %d messages, not %d", f, f.Where, len(got), len(want))
		}
	}
}
