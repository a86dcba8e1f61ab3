package dial

import (
	"math/rand/v2"
	"time"

	"signalbox/backend/disconnect"
)

const (
	// DefaultReconnectionTime holds until the server sends a reconnection time. The
	// standard leaves it open (9.2.2); browsers use three seconds.
	DefaultReconnectionTime = 3 * time.Second
	// maxReconnectionTime bounds the reconnection time that a server may send.
	maxReconnectionTime = 24 * time.Hour
	// minWait keeps "retry: 0" from becoming a loop that floods the network.
	minWait = 100 * time.Millisecond
	// MaxWait bounds the doubled wait, unless the reconnection time is longer.
	MaxWait = time.Minute
	// RefusedWait and MaxRefusedWait replace minWait and MaxWait if the server
	// refused the request.
	RefusedWait    = 5 * time.Second
	MaxRefusedWait = 5 * time.Minute
	// maxRetryAfter bounds the wait that a Retry-After header asks for.
	maxRetryAfter = time.Hour
	// maxJitter bounds the random part of a wait.
	maxJitter = 15 * time.Second
	// StableAfter is how long a connection without a message must have been open to
	// count as a success. Otherwise the wait would not grow for a server that
	// closes each stream at once.
	StableAfter = time.Second
)

// A Backoff computes the wait before the next attempt. The wait doubles with
// each failure in a row (HTML, 9.2.3: "if the previous attempt failed"). A
// connection that worked is no failure, however it ended: a longer wait would
// only lose more messages. The zero value is ready for use.
type Backoff struct{ failures int }

// ReconnectionTime returns the reconnection time for a retry field, which is in
// milliseconds. It returns a day at most.
func ReconnectionTime(ms int64) time.Duration {
	return time.Duration(min(ms, maxReconnectionTime.Milliseconds())) * time.Millisecond
}

// Next returns the wait after a connection that ended because of why, was open
// for lived and received that many messages. It returns 0 if why is Immediate.
// Otherwise the wait is at least the reconnection time. Up to a quarter is added
// at random: the clients of a restarted server must not all return at the same
// moment.
func (b *Backoff) Next(reconnectionTime time.Duration, why *disconnect.Reason, lived time.Duration, messages int64) time.Duration {
	if lived >= StableAfter || messages > 0 {
		b.failures = 0
	}
	b.failures++
	if why.Immediate {
		return 0
	}
	d, limit := max(reconnectionTime, minWait), max(reconnectionTime, MaxWait)
	if why.Refused {
		d, limit = max(reconnectionTime, RefusedWait), max(reconnectionTime, MaxRefusedWait)
	}
	for range min(b.failures-1, 16) {
		d = min(2*d, limit)
	}
	d = max(d, min(why.RetryAfter, maxRetryAfter))
	return d + time.Duration(rand.Int64N(int64(min(d/4, maxJitter))+1))
}
