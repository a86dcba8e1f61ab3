package feed

import "time"

// A day is what became of a connection in the last 24 hours, in half hours.
// It is kept as time goes by and never computed anew.
type day struct {
	slots [bars]slot
}

// A slot is one half hour.
type slot struct {
	index   int64 // half hours since 1970
	up      time.Duration
	quiet   time.Duration // of it
	down    time.Duration
	returns int64 // times that the connection came back
}

const (
	bars     = 48
	halfHour = 30 * time.Minute
	// badMinute is how long a feed may be away in half an hour before the
	// half hour is called down and not only unsteady.
	badMinute = time.Minute
)

// A kindOfTime is how a stretch of time counts.
type kindOfTime uint8

const (
	neither kindOfTime = iota // not watched, or nobody's fault
	up
	silent // up, but quiet
	down
)

// add counts the time between two moments of the system's clock.
func (d *day) add(c kindOfTime, from, to time.Time) {
	if c == neither || to.Sub(from) > 25*time.Hour {
		from = later(from, to.Add(-25*time.Hour))
	}
	for c != neither && from.Before(to) {
		edge := from.Truncate(halfHour).Add(halfHour)
		n := earlier(edge, to).Sub(from)
		s := d.slot(from)
		switch c {
		case up:
			s.up += n
		case silent:
			s.up, s.quiet = s.up+n, s.quiet+n
		case down:
			s.down += n
		}
		from = edge
	}
}

// returned counts that the connection came back.
func (d *day) returned(at time.Time) { d.slot(at).returns++ }

func (d *day) slot(t time.Time) *slot {
	index := t.Unix() / int64(halfHour/time.Second)
	s := &d.slots[index%bars]
	if s.index != index {
		*s = slot{index: index}
	}
	return s
}

// each calls f for the 48 half hours up to now, oldest first.
func (d *day) each(now time.Time, f func(i int, s slot)) {
	last := now.Unix() / int64(halfHour/time.Second)
	for i := range int64(bars) {
		index := last - bars + 1 + i
		if s := d.slots[index%bars]; s.index == index {
			f(int(i), s)
		} else {
			f(int(i), slot{index: index})
		}
	}
}

// share returns which part of the time it was up, and how often it came back.
func (d *day) share(now time.Time) (share float64, returns int64) {
	var up, down time.Duration
	d.each(now, func(_ int, s slot) {
		up, down, returns = up+s.up, down+s.down, returns+s.returns
	})
	if up+down == 0 {
		return 0, returns
	}
	return float64(up) / float64(up+down), returns
}

// bars returns a word for each half hour.
func (d *day) bars(now time.Time) []string {
	words := make([]string, bars)
	d.each(now, func(i int, s slot) {
		switch {
		case s.up == 0 && s.down == 0:
		case s.down >= badMinute || s.down > s.up:
			words[i] = "down"
		case s.down > 0 || s.quiet > 0 || s.returns > 0:
			words[i] = "warn"
		default:
			words[i] = "open"
		}
	})
	return words
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
