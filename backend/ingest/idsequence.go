package ingest

import (
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// An idSequence knows whether a feed's ids have been consecutive of late, so
// that missing messages can be counted. "88397" counts, and so does "run7-19",
// by the digits at its end while the prefix stays the same.
type idSequence struct {
	prefix string
	last   int64
	steps  int // how many ids in a row were one more than the one before
	valid  bool
}

// enoughSteps is how many consecutive ids make a sequence. Two could be chance.
const enoughSteps = 3

// add notes the id of an event.
func (s *idSequence) add(id string) {
	prefix, n, ok := splitID(id)
	same := s.valid && prefix == s.prefix
	switch {
	case !ok:
		s.steps = 0
	case same && n == s.last+1:
		s.steps++
	case same && n == s.last: // a server that repeats the last event on resuming
	default:
		s.steps = 0
	}
	s.prefix, s.last, s.valid = prefix, n, ok
}

// missing returns how many ids lie between the last one and this one. It is
// known only where the ids have been a sequence and this one belongs to it.
func (s *idSequence) missing(id string) (n int64, known bool) {
	prefix, next, ok := splitID(id)
	if !ok || !s.valid || prefix != s.prefix || s.steps < enoughSteps || next < s.last {
		return 0, false
	}
	return max(0, next-s.last-1), true
}

// isBefore reports whether the id is from before the last one.
func (s *idSequence) isBefore(id string) bool {
	prefix, next, ok := splitID(id)
	return ok && s.valid && prefix == s.prefix && s.steps >= enoughSteps && next < s.last
}

// splitID splits an id into its decimal number at the end and the prefix. The
// position of another Signalbox has no such number: all its sources share one
// count, so a step proves nothing and a jump is no loss.
func splitID(id string) (prefix string, n int64, ok bool) {
	if _, isPosition := live.ParsePosition(id); isPosition {
		return "", 0, false
	}
	prefix = strings.TrimRight(id, "0123456789")
	digits := id[len(prefix):]
	if digits == "" || digits[0] == '0' && len(digits) > 1 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return prefix, n, err == nil
}
