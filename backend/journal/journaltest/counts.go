package journaltest

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

// countAll adds up the parts of a count.
func (h *history) countAll(q live.CountQuery) map[live.CountCell]int64 {
	h.Helper()
	sums := make(map[live.CountCell]int64)
	for last := int64(0); ; {
		part, err := h.Count(h.Context(), q)
		h.must(err)
		for _, cell := range part.Cells {
			n := cell.N
			cell.N = 0
			sums[cell] += n
		}
		if last > 0 && part.Last >= last {
			h.Fatalf("a part counted up to %d, after one from %d on", part.Last, last)
		}
		if last = part.First; !part.More {
			return sums
		}
		q.Before = part.First
	}
}

func countIsExact(t *testing.T, h *history) {
	random := rand.New(rand.NewPCG(1, 2))
	a, b := h.source("a"), h.source("b")
	var drafts []live.Draft
	for i := range 5000 {
		d := live.Draft{Source: []int64{a, b}[random.IntN(2)], Type: "t" + strconv.Itoa(random.IntN(5)),
			Data: `{"n":` + strconv.Itoa(random.IntN(50)) + `}`, Received: start.Add(time.Duration(i) * 137 * time.Millisecond)}
		switch random.IntN(20) {
		case 0:
			d.Kind, d.Type, d.Data = live.GapKind, "gap", `{"missing":null}`
		case 1:
			d.Kind, d.Type, d.Data = live.NoteKind, "note", `{"code":"lost"}`
		}
		drafts = append(drafts, d)
	}
	h.append(drafts...)
	h.trim(live.Trim{Source: a, Messages: 300})
	ms := h.all()
	field := filter.MustParse("$.n > 25")
	queries := []live.Filter{{}, {Sources: []int64{a}}, {Except: []int64{a}}, {Where: field}, {Where: field, Sources: []int64{b}}}
	for _, f := range queries {
		for _, byType := range []bool{true, false} {
			q := live.CountQuery{Filter: f, From: start.Add(33 * time.Second), To: start.Add(9 * time.Minute), Width: 7 * time.Second, ByType: byType}
			want := make(map[live.CountCell]int64)
			for i := range ms {
				m := &ms[i]
				if m.Kind == live.NoteKind || m.Received.Before(q.From) || !m.Received.Before(q.To) || !f.Match(m) {
					continue
				}
				cell := live.CountCell{Stretch: int(m.Received.Sub(q.From) / q.Width), Gap: m.Kind == live.GapKind, Source: m.Source}
				if byType && m.Kind == live.Event {
					cell.Type = m.Type
				}
				want[cell]++
			}
			h.same(h.countAll(q), want)
			if len(want) == 0 {
				t.Errorf("%+v matches nothing", f)
			}
		}
	}
	part, err := h.Count(t.Context(), live.CountQuery{From: start.Add(-time.Hour), To: start, Width: time.Minute})
	h.must(err)
	h.same(len(part.Cells), 0)
	h.same(part.More, false)
}
