package main

import "fmt"

// A trimCount is what the gaps "trimmed" since the beginning of a connection say is
// missing, and what was found missing since: for each publisher the words
// between the last one seen before and the first one seen behind.
type trimCount struct {
	open    bool
	missing int64        // as the gaps say
	waiting map[int]bool // publishers of whom nothing was seen since
	lost    int64        // words that were acknowledged or seen by others, and are missing here
	unsure  int64        // words of which nobody knows whether they were committed
}

// miss takes a gap "trimmed"; nil where it has no count.
func (v *view) trimmedGap(missing *int64) {
	exact := v.exact && missing != nil
	for p := range v.from {
		exact = exact && v.last[p] > 0 && !v.mayRepeat[p]
		// What an earlier gap left open is in no count of this one.
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

// count takes the first word of a publisher behind a gap. When one of each was
// seen, what is missing must be what the gaps said.
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
		return fmt.Errorf("promise 3: %s was told that %d messages are missing, and %d are, beside %d in doubt", v.who, h.missing, h.lost, h.unsure)
	}
	v.counted.Add(1)
	v.missing.Add(h.missing)
	*h = trimCount{}
	return nil
}
