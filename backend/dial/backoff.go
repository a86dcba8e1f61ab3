package dial

import (
	"math/rand/v2"
	"time"

	"signalbox/backend/disconnect"
)

const (
	// DefaultRetry is the reconnection time until the server sends one. The
	// standard leaves it open (9.2.2); browsers take three seconds.
	DefaultRetry = 3 * time.Second
	// MaxRetry bounds the reconnection time that a server may ask for.
	MaxRetry = 24 * time.Hour
	// MinWait keeps "retry: 0" from becoming a loop that fills the network.
	MinWait = 100 * time.Millisecond
	// MaxWait is where the wait stops growing, unless the server asked for more.
	MaxWait = time.Minute
	// RefusedWait and MaxRefusedWait take the place of MinWait and MaxWait where
	// the server answered and refused.
	RefusedWait    = 5 * time.Second
	MaxRefusedWait = 5 * time.Minute
	// MaxRetryAfter bounds what is believed of a Retry-After header.
	MaxRetryAfter = time.Hour
	// MaxJitter bounds what is added at random to a wait.
	MaxJitter = 15 * time.Second
	// StableAfter is how long a connection that brought no message must have
	// lived to count as a success. Servers that close each stream at once do
	// not reach it.
	StableAfter = time.Second
)

// A Backoff says how long to wait before the next attempt. The wait doubles
// with each failure in a row (HTML, 9.2.3: "if the previous attempt failed"). A
// connection that worked is no failure, however it ended: messages of the
// meantime would be missed through our own waiting. The zero value is ready.
//
// github.com/cenkalti/backoff v5 promises less: its jitter goes below the
// interval, and so below the reconnection time of the server; its interval
// cannot follow a retry field between two attempts; and one maximum holds for
// refusals and lost connections alike. Without these only a doubling is left.
type Backoff struct{ failures int }

// RetryTime returns the reconnection time that a server asked for, in
// milliseconds, at most MaxRetry.
func RetryTime(ms int64) time.Duration {
	return time.Duration(min(ms, MaxRetry.Milliseconds())) * time.Millisecond
}

// Next returns how long to wait after an attempt that ended because of why and
// was open for lived. The wait is never shorter than the reconnection time.
// Up to a quarter is added at random, so that the clients of a server that
// restarts do not all come back in one moment.
func (b *Backoff) Next(retry time.Duration, why *disconnect.Reason, lived time.Duration, messages int64) time.Duration {
	if lived >= StableAfter || messages > 0 {
		b.failures = 0
	}
	b.failures++
	if why.Immediate {
		return 0
	}
	d, limit := max(retry, MinWait), max(retry, MaxWait)
	if why.Refused {
		d, limit = max(retry, RefusedWait), max(retry, MaxRefusedWait)
	}
	for range min(b.failures-1, 16) {
		d = min(2*d, limit)
	}
	d = max(d, min(why.RetryAfter, MaxRetryAfter))
	return d + time.Duration(rand.Int64N(int64(min(d/4, MaxJitter))+1))
}
