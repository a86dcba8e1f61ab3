package main

import "fmt"

// A trimCount compares the counts of the gaps "trimmed" of one connection with
// the messages that are missing: for each publisher those between the last one
// before the gap and the first one after it.
type trimCount struct {
	open    bool
	missing int64        // according to the gaps
	waiting map[int]bool // publishers without a message since the gap
	lost    int64        // stored, and missing here
	unsure  int64        // possibly stored, and missing here
}

// trimmedGap handles a gap "trimmed". missing is nil if it has no count.
func (v *view) trimmedGap(missing *int64) {
	exact := v.exact && missing != nil
	for p := range v.from {
		exact = exact && v.last[p] > 0 && !v.mayRepeat[p]
		// This gap does not count what an earlier one left open.
		exact = exact && (!v.mayMiss[p] || v.trimCount.open)
	}
	for p := range v.from {
		v.mayMiss[p] = true
	}
	if !exact {
		v.trimCount = trimCount{}
		return
	}
	v.trimCount.open = true
	v.trimCount.missing += *missing
	v.trimCount.waiting = make(map[int]bool)
	for p := range v.from {
		v.trimCount.waiting[p] = true
	}
}

// count handles the first message of a publisher after a gap. Once each publisher
// has one, the missing messages must be as many as the gaps said.
func (v *view) count(p *publisher, last, next int64) error {
	h := &v.trimCount
	if !h.open || !h.waiting[p.number] {
		return nil
	}
	for n := last + 1; n < next; n++ {
		switch p.at.outcomes.outcome(message{p.number, n}) {
		case stored:
			h.lost++
		case pending, unknown:
			h.unsure++
		}
	}
	delete(h.waiting, p.number)
	if len(h.waiting) > 0 {
		return nil
	}
	if h.missing < h.lost || h.missing > h.lost+h.unsure {
		return fmt.Errorf("promise 3: gaps told %s that %d messages are missing, but it misses %d, and %d more may not exist", v.who, h.missing, h.lost, h.unsure)
	}
	v.counted.Add(1)
	v.missing.Add(h.missing)
	*h = trimCount{}
	return nil
}
