package main

import "fmt"

// A hole is what the gaps "trimmed" since the beginning of a connection say is
// missing, and what was found missing since: for each publisher the words
// between the last one seen before and the first one seen behind.
type hole struct {
	open    bool
	missing int64        // as the gaps say
	waiting map[int]bool // publishers of whom nothing was seen since
	lost    int64        // words that were acknowledged or seen by others, and are missing here
	doubts  int64        // words of which nobody knows whether they were committed
}

// miss takes a gap "trimmed"; nil where it has no count.
func (v *view) miss(missing *int64) {
	exact := v.exact && missing != nil
	for p := range v.from {
		exact = exact && v.last[p] > 0 && !v.rewound[p]
		// What an earlier gap left open is in no count of this one.
		exact = exact && (!v.excused[p] || v.hole.open)
	}
	for p := range v.from {
		v.excused[p] = true
	}
	if !exact {
		v.hole = hole{}
		return
	}
	v.hole.open = true
	v.hole.missing += *missing
	v.hole.waiting = make(map[int]bool)
	for p := range v.from {
		v.hole.waiting[p] = true
	}
}

// count takes the first word of a publisher behind a gap. When one of each was
// seen, what is missing must be what the gaps said.
func (v *view) count(p *publisher, last, next int64) error {
	h := &v.hole
	if !h.open || !h.waiting[p.number] {
		return nil
	}
	for n := last + 1; n < next; n++ {
		switch p.at.record.fate(word{p.number, n}) {
		case said:
			h.lost++
		case pending, lapsed:
			h.doubts++
		}
	}
	delete(h.waiting, p.number)
	if len(h.waiting) > 0 {
		return nil
	}
	if h.missing < h.lost || h.missing > h.lost+h.doubts {
		return fmt.Errorf("promise 3: %s was told that %d messages are missing, and %d are, beside %d in doubt", v.who, h.missing, h.lost, h.doubts)
	}
	v.counted.Add(1)
	v.missing.Add(h.missing)
	*h = hole{}
	return nil
}
