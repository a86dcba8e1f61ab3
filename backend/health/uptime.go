package health

import "time"

// An uptime counts how long a feed was up and down in the last 24 hours, for
// each half hour.
type uptime struct {
	halfHours [bars]halfHour // by index modulo bars
}

// A halfHour counts half an hour of the system's clock.
type halfHour struct {
	index   int64 // half hours since 1970
	up      time.Duration
	quiet   time.Duration // of up
	down    time.Duration
	returns int64 // reconnections
}

const (
	bars           = 48
	halfHourLength = 30 * time.Minute
	// downBar is the least downtime in half an hour for the bar "down". With less,
	// the bar is "warn".
	downBar = time.Minute
)

// A timeKind is how a period counts.
type timeKind uint8

const (
	uncounted timeKind = iota // not followed, or ended by the user
	up
	upQuiet // up, and quiet
	down
)

// add counts the time between two moments of the system's clock.
func (u *uptime) add(kind timeKind, from, to time.Time) {
	if kind == uncounted {
		return
	}
	from = later(from, to.Add(-25*time.Hour)) // older time is not shown
	for from.Before(to) {
		end := from.Truncate(halfHourLength).Add(halfHourLength)
		n := earlier(end, to).Sub(from)
		h := u.at(from)
		switch kind {
		case up:
			h.up += n
		case upQuiet:
			h.up, h.quiet = h.up+n, h.quiet+n
		case down:
			h.down += n
		}
		from = end
	}
}

// addReturn counts a reconnection.
func (u *uptime) addReturn(at time.Time) { u.at(at).returns++ }

// at returns the half hour of a moment, emptied if it still has the counts of
// the day before.
func (u *uptime) at(t time.Time) *halfHour {
	index := t.Unix() / int64(halfHourLength/time.Second)
	h := &u.halfHours[index%bars]
	if h.index != index {
		*h = halfHour{index: index}
	}
	return h
}

// each calls f for each of the last 48 half hours, oldest first.
func (u *uptime) each(now time.Time, f func(i int, h halfHour)) {
	last := now.Unix() / int64(halfHourLength/time.Second)
	for i := range int64(bars) {
		index := last - bars + 1 + i
		if h := u.halfHours[index%bars]; h.index == index {
			f(int(i), h)
		} else {
			f(int(i), halfHour{index: index})
		}
	}
}

// share returns the share of the time that the feed was up, 0 to 1, and the
// number of reconnections.
func (u *uptime) share(now time.Time) (share float64, returns int64) {
	var up, down time.Duration
	u.each(now, func(_ int, h halfHour) {
		up, down, returns = up+h.up, down+h.down, returns+h.returns
	})
	if up+down == 0 {
		return 0, returns
	}
	return float64(up) / float64(up+down), returns
}

// bars returns one word for each half hour, as in live.Health.
func (u *uptime) bars(now time.Time) []string {
	words := make([]string, bars)
	u.each(now, func(i int, h halfHour) {
		switch {
		case h.up == 0 && h.down == 0:
		case h.down >= downBar || h.down > h.up:
			words[i] = "down"
		case h.down > 0 || h.quiet > 0 || h.returns > 0:
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
