package example

import (
	"context"
	"time"

	"signalbox/backend/live"
)

// The clock publishes the server's time to the channel clock, every second on
// the second, while somebody is subscribed to it or the samples are on.
type clock struct{ e *Examples }

func (c *clock) run(ctx context.Context) {
	for wait(ctx, untilSecond(time.Now())) {
		if !c.e.watched("clock") {
			continue
		}
		// Rounded, for the timer rings a little after the second.
		now := time.Now().Round(time.Second).Format(time.RFC3339)
		if err := c.e.publish(ctx, "clock", live.Draft{Type: "message", Data: now}); err != nil {
			c.e.complain(ctx, "publish the time", err)
		}
	}
}

// untilSecond returns how long it is until the next full second.
func untilSecond(now time.Time) time.Duration {
	return now.Truncate(time.Second).Add(time.Second).Sub(now)
}
