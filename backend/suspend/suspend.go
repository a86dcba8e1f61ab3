// Package suspend notices that the machine was asleep.
//
// The system's clock moves on while a machine sleeps, the monotonic one does not
// on the systems where Go uses CLOCK_MONOTONIC. Setting the clock forward looks
// the same: callers must do nothing on waking that does harm otherwise.
package suspend

import (
	"context"
	"time"
)

const (
	// interval is how often the clocks are compared.
	interval = 2 * time.Second
	// minSleep is how much the system's clock must be ahead of the monotonic one.
	minSleep = 5 * time.Second
)

// Watch calls woke each time that the machine woke. It returns when ctx ends.
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

// sleptFor returns how much further the system's clock has moved than the
// monotonic one.
func sleptFor(before, now time.Time) time.Duration {
	return now.Round(0).Sub(before.Round(0)) - now.Sub(before)
}
