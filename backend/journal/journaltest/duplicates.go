package journaltest

import (
	"fmt"
	"testing"
	"time"

	"signalbox/backend/filter"
	"signalbox/backend/live"
)

func reusedIDIsMarked(t *testing.T, h *history) {
	a, b := h.source("a"), h.source("b")
	ms := h.append(
		live.Draft{Source: a, ID: "x", Data: "1"}, live.Draft{Source: b, ID: "x", Data: "2"}, live.Draft{Source: a, Data: "3"},
		live.Draft{Source: a, ID: "x", Data: "1"}, live.Draft{Source: a, ID: "y", Data: "5"})
	ms = append(ms, h.append(live.Draft{Source: b, ID: "x", Data: "6"}, live.Draft{Source: a, ID: "y", Data: "7"})...)
	for i, again := range []bool{false, false, false, true, false, true, true} {
		if ms[i].DuplicateID != again || ms[i].Number != int64(i+1) || ms[i].Repeated {
			t.Errorf("%+v", ms[i])
		}
	}
	h.same(h.all(), ms)
	h.reopen()
	h.same(h.all(), ms)
	page, err := h.Page(t.Context(), live.Query{Filter: live.Filter{Sources: []int64{a}, Where: filter.MustParse("id:x is:event")}, Limit: 10})
	h.must(err)
	h.same(page.Messages, []live.Message{ms[0], ms[3]})
	// Many in one batch, most of them alike.
	var drafts []live.Draft
	for i := range 500 {
		drafts = append(drafts, live.Draft{Source: a, ID: fmt.Sprint(i % 7), Data: fmt.Sprint(i)})
	}
	for i, m := range h.append(drafts...) {
		if m.DuplicateID != (i >= 7) || m.Number != int64(i+8) {
			t.Fatalf("%d of a batch: %+v", i, m)
		}
	}
}

func repeatIsStoredOnce(t *testing.T, h *history) {
	s := h.source("a")
	d := live.Draft{Source: s, ID: "x", Data: "1", Once: true}
	keyed := live.Draft{Source: s, Data: "2", Key: "k", Once: true}
	// In one batch as well as in several.
	ms := h.append(d, live.Draft{Source: s, ID: "y"}, d, keyed, keyed, live.Draft{Source: s, ID: "z"})
	for i, want := range []int64{1, 2, 1, 3, 3, 4} {
		if ms[i].Number != want || ms[i].Repeated != (i == 2 || i == 4) {
			t.Errorf("%d: %+v, not %d", i, ms[i], want)
		}
	}
	h.reopen()
	for i, m := range h.append(d, keyed) {
		if m.Number != []int64{1, 3}[i] || !m.Repeated {
			t.Errorf("after a reopening: %+v", m)
		}
	}
	h.same(numbers(h.all()), []int64{1, 2, 3, 4})
	h.same(h.Last(), int64(4))
	_, tallies, err := h.Sources(t.Context())
	h.must(err)
	h.same([]int64{tallies[s].Kept, tallies[s].Appended, tallies[s].Last}, []int64{4, 4, 4})
	late := d
	late.Received = start.Add(live.RetryWindow + time.Second)
	if m := h.append(late)[0]; m.Repeated || !m.DuplicateID {
		t.Errorf("%+v", m)
	}
}

// home returns the origin of a message of this history.
func (h *history) home(number int64) string {
	return live.Position{Epoch: h.Epoch(), Number: number}.String()
}

func comesBack(t *testing.T, h *history) {
	a, feed := h.source("a"), h.source("feed")
	gap := `{"missing":1,"code":"trimmed","reason":"r"}`
	ms := h.append(live.Draft{Source: a, ID: "x", Data: "1"}, live.Draft{Source: a, Type: "order", Data: "2"},
		live.Draft{Source: feed, Kind: live.GapKind, Type: "gap", Data: gap})
	back := []live.Draft{
		{Source: feed, ID: "x", Data: "1", Origin: h.home(1)},
		{Source: feed, ID: h.home(2), Type: "order", Data: "2", Origin: h.home(2)},
		{Source: feed, Kind: live.GapKind, Type: "gap", Data: gap, Origin: h.home(3)},
		{Source: feed, ID: "b7xx.1", Data: "theirs", Origin: "b7xx.1"},
		{Source: feed, ID: "b7xx.2", Data: "theirs too", Origin: "b7xx.2"},
	}
	for round := range 3 {
		for i, m := range h.append(back...) {
			home := i < 3 || round > 0
			if want := int64(i + 1); m.Number != want || m.Repeated != home {
				t.Errorf("round %d: %+v, not %d", round, m, want)
			}
		}
		if round == 1 {
			h.reopen()
		}
	}
	// Another feed from there has them too.
	other := h.source("other")
	theirs := back[3]
	theirs.Source = other
	m := h.append(theirs)[0]
	if m.Repeated || m.Number != 6 || m.Origin != "b7xx.1" {
		t.Errorf("%+v", m)
	}
	// A stream of this journal sends a message that a feed has received before.
	theirs.Source, theirs.OwnStream = h.source("self"), true
	if m := h.append(theirs)[0]; !m.Repeated || m.Number != 4 {
		t.Errorf("%+v", m)
	}
	theirs.Data = "forged"
	if m := h.append(theirs)[0]; m.Repeated || m.Number != 7 {
		t.Errorf("%+v", m)
	}
	all := h.all()
	h.same(all[:3], ms)
	h.same(len(all), 7)
	h.same(all[3].Origin, "b7xx.1")
}

func forgedOrigin(t *testing.T, h *history) {
	a, feed := h.source("a"), h.source("feed")
	h.append(live.Draft{Source: a, Data: "1"})
	h.append(live.Draft{Source: feed, Data: "theirs", Origin: "b7xx.1"})
	for i, d := range []live.Draft{
		{Source: feed, Data: "other data", Origin: h.home(1)},
		{Source: feed, Type: "other", Data: "1", Origin: h.home(1)},
		{Source: feed, Data: "1", Origin: h.home(99)},
		{Source: feed, Data: "other data", Origin: "b7xx.1"},
	} {
		m := h.append(d)[0]
		if m.Repeated || m.Number != int64(i+3) || m.Origin != "" {
			t.Errorf("%+v was stored as %+v", d, m)
		}
	}
}
