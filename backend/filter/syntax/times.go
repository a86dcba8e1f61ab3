package syntax

import (
	"strconv"
	"strings"
	"time"
)

// units are the units of a time ago. A day is 24 hours.
var units = map[string]time.Duration{
	"s": time.Second, "sec": time.Second, "m": time.Minute, "min": time.Minute, "h": time.Hour, "hour": time.Hour, "hours": time.Hour,
	"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
}

// dayForms have a day, with or without a time of day; clockForms have only a time
// of day.
var (
	dayForms = []string{
		"2006-01-02", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00",
	}
	clockForms = []string{"15:04", "15:04:05"}
)

// parseTime reads a time as people write it: "-15m", "14:02", "2026-11-20",
// "2026-11-20T14:02:08Z", "yesterday". Without a time zone it is in that of now.
// A day is its first moment. A time of day is the most recent one, because no
// message comes from the future.
func parseTime(s string, now time.Time) (time.Time, bool) {
	year, month, day := now.Date()
	switch strings.ToLower(s) {
	case "now":
		return now, true
	case "today":
		return time.Date(year, month, day, 0, 0, 0, 0, now.Location()), true
	case "yesterday":
		return time.Date(year, month, day-1, 0, 0, 0, 0, now.Location()), true
	}
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, s, now.Location()); err == nil {
			return t, true
		}
	}
	for _, form := range clockForms {
		c, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		at := func(day int) time.Time {
			return time.Date(year, month, day, c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), now.Location())
		}
		if t := at(day); !t.After(now) {
			return t, true
		}
		return at(day - 1), true
	}
	ago, ok := parseAgo(s)
	return now.Add(-ago), ok
}

// parseAgo reads how long ago a time is: "-15m", "1h30m", "2 days ago".
func parseAgo(s string) (ago time.Duration, ok bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "-"), "ago"))
	for s != "" {
		n := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if n <= 0 {
			return 0, false
		}
		number, err := strconv.ParseFloat(s[:n], 64)
		s = strings.TrimLeft(s[n:], " ")
		end := strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
		if end < 0 {
			end = len(s)
		}
		unit, known := units[s[:end]]
		if ago += time.Duration(number * float64(unit)); err != nil || !known || ago < 0 || number*float64(unit) > 1e18 {
			return 0, false
		}
		s, ok = strings.TrimLeft(s[end:], " "), true
	}
	return ago, ok
}
