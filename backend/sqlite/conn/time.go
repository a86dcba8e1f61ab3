package conn

import "time"

// Micros returns t in the form of the database: microseconds since 1970 in UTC, 0
// for the zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// MicrosUp is Micros, rounded up: what was received within the microsecond of t came
// before t.
func MicrosUp(t time.Time) int64 { return Micros(t.Add(time.Microsecond - 1)) }

// Time is the inverse of Micros.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
