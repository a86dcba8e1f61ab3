package suspend

import (
	"testing"
	"time"
)

func TestTheClocksRevealASleep(t *testing.T) {
	now := time.Now()
	if d := sleptFor(now, now.Add(time.Hour)); d != 0 {
		t.Errorf("an hour awake looks like %v asleep", d)
	}
	// Round(0) removes the monotonic part: nothing is left to compare.
	if d := sleptFor(now, now.Add(2*time.Second).Round(0).Add(time.Hour)); d != 0 {
		t.Errorf("without a monotonic clock nothing can be said, not %v", d)
	}
}
