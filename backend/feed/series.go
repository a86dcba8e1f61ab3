package feed

import (
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// A series is what is known about the ids of a feed: whether they have been
// consecutive of late, so that a hole can be counted. "88397" counts, and so
// does "run7-19", by the digits at its end while the rest stays the same.
type series struct {
	stem string
	last int64
	run  int // how many ids in a row were one more than the one before
	any  bool
}

// countable is how many steps of one make ids a series. Two could be chance.
const countable = 3

// add notes the id of an event.
func (s *series) add(id string) {
	stem, n, ok := split(id)
	same := s.any && stem == s.stem
	switch {
	case !ok:
		s.run = 0
	case same && n == s.last+1:
		s.run++
	case same && n == s.last:
		// A server that repeats the last one on resuming.
	default:
		s.run = 0
	}
	s.stem, s.last, s.any = stem, n, ok
}

// missing returns how many ids lie between the last one and this one; known
// only where the ids have been a series and this one belongs to it.
func (s *series) missing(id string) (n int64, known bool) {
	stem, next, ok := split(id)
	if !ok || !s.any || stem != s.stem || s.run < countable || next < s.last {
		return 0, false
	}
	return max(0, next-s.last-1), true
}

// back reports whether the id is from before the last one.
func (s *series) back(id string) bool {
	stem, next, ok := split(id)
	return ok && s.any && stem == s.stem && s.run >= countable && next < s.last
}

// split takes the decimal number at the end of an id from what stands before
// it. The position of another Signalbox has none: its numbers are shared by
// all sources there, so a step is no proof and a jump is no loss.
func split(id string) (stem string, n int64, ok bool) {
	if _, position := live.ParsePosition(id); position {
		return "", 0, false
	}
	stem = strings.TrimRight(id, "0123456789")
	digits := id[len(stem):]
	if digits == "" || digits[0] == '0' && len(digits) > 1 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return stem, n, err == nil
}
