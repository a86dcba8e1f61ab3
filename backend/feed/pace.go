package feed

import (
	"math/rand/v2"
	"time"
)

const (
	// defaultRetry is the reconnection time until the server sends one. The
	// standard leaves it open (9.2.2); three seconds is what browsers take.
	defaultRetry = 3 * time.Second
	// maxRetry bounds what a server may ask for: beyond a day it is a mistake.
	maxRetry = 24 * time.Hour
	// minWait keeps "retry: 0" from becoming a loop that fills the network.
	minWait = 100 * time.Millisecond
	// maxWait is where waiting stops growing; a server's own longer wish holds.
	maxWait = time.Minute
	// A server that answered and refused is asked less often than one that
	// could not be reached.
	refusedWait    = 5 * time.Second
	maxRefusedWait = 5 * time.Minute
	// maxRetryAfter bounds the header of that name.
	maxRetryAfter = time.Hour
	// maxJitter bounds what is added so that not all come back at once.
	maxJitter = 15 * time.Second
	// calm is how long a connection that brought no message has to live to have
	// worked. Less is what a server does that closes each stream at once.
	calm = time.Second
)

// A pace says how long to wait before the next attempt. Only failures in a row
// make it longer (HTML, 9.2.3: "if the previous attempt failed"). A connection
// that worked is no failure, however it ended: what comes in the meantime
// would be missed through our own waiting.
type pace struct{ failures int }

// next returns the time to wait after an attempt that ended so. Never less
// than the reconnection time; up to a quarter more, so that the clients of a
// server that restarts do not come back all at once.
func (p *pace) next(retry time.Duration, end *ending, lived time.Duration, messages int64) time.Duration {
	if lived >= calm || messages > 0 {
		p.failures = 0
	}
	p.failures++
	if end.atOnce {
		return 0
	}
	d, most := max(retry, minWait), max(retry, maxWait)
	if end.refused {
		d, most = max(retry, refusedWait), max(retry, maxRefusedWait)
	}
	for range min(p.failures-1, 16) {
		d = min(2*d, most)
	}
	d = max(d, min(end.retryAfter, maxRetryAfter))
	return d + time.Duration(rand.Int64N(int64(min(d/4, maxJitter))+1))
}
