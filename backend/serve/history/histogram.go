package history

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

const (
	// maxStretches is how many stretches of time a histogram may have.
	maxStretches = 1000
	// maxLanes is how many types or sources one answer counts by themselves.
	maxLanes = 200
)

// A HistogramView is the answer of GET /histogram, or a part of it.
type HistogramView struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Width float64   `json:"width_ms"` // of each stretch
	Lanes []Lane    `json:"lanes"`    // the largest first
	// Other counts the types or sources that have no lane, and Gaps the gaps.
	// Counts are pairs: the index of a stretch and the number in it, without zeros.
	Other []int64 `json:"other"`
	Gaps  []int64 `json:"gaps"`
	// First and Last are the range of positions that was counted. Reached is how far
	// back that is in time, and More says that something older is not counted yet.
	First   live.Position `json:"first"`
	Last    live.Position `json:"last"`
	Reached time.Time     `json:"reached"`
	More    bool          `json:"more"`
}

// A Lane counts the events of one type or source.
type Lane struct {
	Name   string  `json:"name"`
	Total  int64   `json:"total"`
	Counts []int64 `json:"counts"`
}

// Histogram answers GET /histogram: how many messages were received in each of a
// row of stretches of time.
func (h *History) Histogram(w http.ResponseWriter, r *http.Request) error {
	params, err := httpapi.Query(r)
	if err != nil {
		return err
	}
	q, err := h.parseCount(params)
	if err != nil {
		return err
	}
	if !h.fromScreen(r) {
		release, err := h.readers.Acquire(r.Context())
		if err != nil {
			return err
		}
		defer release()
	}
	count, err := h.journal.Count(r.Context(), q)
	if err != nil {
		return err
	}
	view := h.lanes(q, count)
	return httpapi.WriteJSON(w, http.StatusOK, view)
}

// parseCount reads what is to be counted. Errors: those of parseQuery,
// "bad_range", "bad_by", "bad_buckets".
func (h *History) parseCount(params url.Values) (q live.CountQuery, err error) {
	page, err := h.parseQuery(params, params["source"])
	if err != nil {
		return q, err
	}
	q = live.CountQuery{Filter: page.Filter, After: page.After, Before: page.Before}
	for field, to := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if *to, err = time.Parse(time.RFC3339Nano, params.Get(field)); err != nil {
			return q, live.Errorf("bad_range/time", "The time cannot be read.").WithField(field).
				WithHint("Write it as in 2026-11-21T14:02:08Z.").WithCause(err)
		}
		*to = live.StoredTime(*to)
	}
	n := 100
	if text := params.Get("buckets"); text != "" {
		if n, err = strconv.Atoi(text); err != nil || n < 1 || n > maxStretches {
			return q, live.Errorf("bad_buckets", "buckets is a whole number from 1 to {max}.", "max", maxStretches).WithField("buckets")
		}
	}
	all := q.To.Sub(q.From)
	if all < time.Duration(n)*time.Microsecond {
		return q, live.Errorf("bad_range/order", "The end is not after the beginning.").WithField("to")
	}
	q.Width = (all + time.Duration(n) - 1) / time.Duration(n)
	if rest := q.Width % time.Microsecond; rest > 0 {
		q.Width += time.Microsecond - rest
	}
	switch by := params.Get("by"); by {
	case "", "type":
		q.ByType = true
	case "source":
	default:
		return q, live.Errorf("bad_by", `by is "type" or "source".`).WithField("by")
	}
	return q, nil
}

// lanes arranges what was counted.
func (h *History) lanes(q live.CountQuery, count live.Count) HistogramView {
	view := HistogramView{From: q.From, To: q.To, Width: float64(q.Width.Microseconds()) / 1000, Lanes: []Lane{},
		First: live.Position{Epoch: h.journal.Epoch(), Number: count.First}, Last: live.Position{Epoch: h.journal.Epoch(), Number: count.Last},
		Reached: count.Reached.UTC(), More: count.More}
	gaps, byName := map[int]int64{}, map[string]map[int]int64{}
	totals := map[string]int64{}
	for _, cell := range count.Cells {
		src, ok := h.journal.SourceByID(cell.Source)
		if !ok || !src.Removed.IsZero() {
			continue
		}
		if cell.Gap {
			gaps[cell.Stretch] += cell.N
			continue
		}
		name := src.Name
		if q.ByType {
			name = cell.Type
		}
		if byName[name] == nil {
			byName[name] = map[int]int64{}
		}
		byName[name][cell.Stretch] += cell.N
		totals[name] += cell.N
	}
	other := map[int]int64{}
	for name, total := range totals {
		view.Lanes = append(view.Lanes, Lane{Name: name, Total: total, Counts: pairs(byName[name])})
	}
	slices.SortFunc(view.Lanes, func(a, b Lane) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.Name, b.Name)) })
	for _, lane := range view.Lanes[min(maxLanes, len(view.Lanes)):] {
		for stretch, n := range byName[lane.Name] {
			other[stretch] += n
		}
	}
	view.Lanes = view.Lanes[:min(maxLanes, len(view.Lanes))]
	view.Other, view.Gaps = pairs(other), pairs(gaps)
	return view
}

// pairs returns counts as indexes and numbers, in the order of the indexes.
func pairs(counts map[int]int64) []int64 {
	list := make([]int64, 0, 2*len(counts))
	stretches := make([]int, 0, len(counts))
	for stretch := range counts {
		stretches = append(stretches, stretch)
	}
	slices.Sort(stretches)
	for _, stretch := range stretches {
		list = append(list, int64(stretch), counts[stretch])
	}
	return list
}
