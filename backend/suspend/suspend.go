package suspend

import (
	"context"
	"time"
)

const (
	// interval is how often the clocks are compared.
	interval = 2 * time.Second
	// minSleep is the shortest sleep that Watch reports.
	minSleep = 5 * time.Second
)

// Watch calls woke each time the machine wakes. It returns when ctx ends.
func Watch(ctx context.Context, woke func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	before := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			now := time.Now()
			if sleptFor(before, now) > minSleep {
				woke()
			}
			before = now
		}
	}
}

// sleptFor returns how much more time has passed on the system's clock than on
// the monotonic clock.
func sleptFor(before, now time.Time) time.Duration {
	return now.Round(0).Sub(before.Round(0)) - now.Sub(before)
}
