package ingest

import (
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// An idSequence detects whether the latest ids of a feed are consecutive numbers,
// so that missing messages can be counted. The number is at the end of the id,
// after a prefix that stays the same, as in "88397" and "run7-19".
type idSequence struct {
	prefix string
	last   int64
	steps  int // consecutive increments by one
	valid  bool
}

// enoughSteps is how many increments make a sequence. Fewer could be chance.
const enoughSteps = 3

// add adds the id of an event.
func (s *idSequence) add(id string) {
	prefix, n, ok := splitID(id)
	same := s.valid && prefix == s.prefix
	switch {
	case !ok:
		s.steps = 0
	case same && n == s.last+1:
		s.steps++
	case same && n == s.last: // some servers repeat the last event after a reconnection
	default:
		s.steps = 0
	}
	s.prefix, s.last, s.valid = prefix, n, ok
}

// missing returns how many ids are between the last id and this one. That is
// known only if the ids were a sequence to which this id belongs.
func (s *idSequence) missing(id string) (n int64, known bool) {
	prefix, next, ok := splitID(id)
	if !ok || !s.valid || prefix != s.prefix || s.steps < enoughSteps || next < s.last {
		return 0, false
	}
	return max(0, next-s.last-1), true
}

// isBefore reports whether the id is before the last id of a sequence.
func (s *idSequence) isBefore(id string) bool {
	prefix, next, ok := splitID(id)
	return ok && s.valid && prefix == s.prefix && s.steps >= enoughSteps && next < s.last
}

// splitID splits an id into a prefix and the decimal number at its end. It reports
// false for the position of another Signalbox: all its sources share one count,
// so an increment proves nothing and a jump is no loss.
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
