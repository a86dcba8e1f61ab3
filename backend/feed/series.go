package feed

import "strconv"

// A series is what is known about the ids of a feed: whether they have been
// consecutive integers of late, so that a hole can be counted.
type series struct {
	last int64
	run  int // how many ids in a row were one more than the one before
	any  bool
}

// countable is how many steps of one make ids a series. Two could be chance.
const countable = 3

// add notes the id of an event.
func (s *series) add(id string) {
	n, ok := integer(id)
	switch {
	case !ok:
		s.run = 0
	case s.any && n == s.last+1:
		s.run++
	case s.any && n == s.last:
		// A server that repeats the last one on resuming.
	default:
		s.run = 0
	}
	s.last, s.any = n, ok
}

// missing returns how many ids lie between the last one and this one; known
// only where the ids have been a series and this one belongs to it.
func (s *series) missing(id string) (n int64, known bool) {
	next, ok := integer(id)
	if !ok || !s.any || s.run < countable || next < s.last {
		return 0, false
	}
	return max(0, next-s.last-1), true
}

// back reports whether the id is from before the last one.
func (s *series) back(id string) bool {
	next, ok := integer(id)
	return ok && s.any && s.run >= countable && next < s.last
}

// integer reads a plain decimal number: no sign, no leading zero.
func integer(id string) (int64, bool) {
	if id == "" || id[0] < '0' || id[0] > '9' || id[0] == '0' && len(id) > 1 {
		return 0, false
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return n, err == nil
}
