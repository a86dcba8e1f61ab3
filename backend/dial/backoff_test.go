package dial

import (
	"testing"
	"time"

	"signalbox/backend/disconnect"
)

func TestTheWaitDoublesWithEachFailureInARow(t *testing.T) {
	lost, refused := &disconnect.Reason{}, &disconnect.Reason{Refused: true}
	for _, c := range []struct {
		name  string
		why   *disconnect.Reason
		retry time.Duration
		first time.Duration
		limit time.Duration
	}{
		{"lost", lost, DefaultReconnectionTime, DefaultReconnectionTime, MaxWait},
		{"refused", refused, DefaultReconnectionTime, RefusedWait, MaxRefusedWait},
		{"the server asked for nothing", lost, 0, minWait, MaxWait},
		{"the server asked for more than the limit", lost, 10 * time.Minute, 10 * time.Minute, 10 * time.Minute},
	} {
		var b Backoff
		for n := range 20 {
			least := min(c.first<<n, c.limit)
			if d := b.Next(c.retry, c.why, 0, 0); d < least || d > least+min(least/4, maxJitter) {
				t.Errorf("%s: after %d failures %v, want %v to a quarter more", c.name, n+1, d, least)
			}
		}
		if d := b.Next(c.retry, c.why, StableAfter, 0); d > c.first*5/4 {
			t.Errorf("%s: after a connection that lived: %v", c.name, d)
		}
		b.Next(c.retry, c.why, 0, 0)
		if d := b.Next(c.retry, c.why, 0, 1); d > c.first*5/4 {
			t.Errorf("%s: after a connection that brought a message: %v", c.name, d)
		}
	}
}

func TestTheServersWaitIsFollowedUpToABound(t *testing.T) {
	var b Backoff
	if d := b.Next(0, &disconnect.Reason{Refused: true, RetryAfter: 10 * time.Minute}, 0, 0); d < 10*time.Minute {
		t.Errorf("%v although the server asked for ten minutes", d)
	}
	if d := b.Next(0, &disconnect.Reason{RetryAfter: 100 * time.Hour}, 0, 0); d > maxRetryAfter+maxJitter {
		t.Errorf("%v", d)
	}
	if d := b.Next(time.Hour, disconnect.Requested, 0, 0); d != 0 {
		t.Errorf("a reconnect on request waits %v", d)
	}
	if d := ReconnectionTime(1 << 62); d != maxReconnectionTime {
		t.Errorf("a reconnection time of %v", d)
	}
}
