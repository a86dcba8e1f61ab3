package example

import (
	"context"
	"time"

	"signalbox/backend/live"
)

// A clock publishes the server's time to a channel, every second on the
// second, while somebody would see it.
type clock struct {
	e       *Examples
	channel channel
	watched func() bool
}

func (c *clock) run(ctx context.Context) {
	for wait(ctx, untilSecond(time.Now())) {
		if !c.watched() {
			continue
		}
		// Rounded, for the timer rings a little after the second.
		now := time.Now().Round(time.Second).Format(time.RFC3339)
		if err := c.e.publish(ctx, c.channel, live.Draft{Type: "message", Data: now}); err != nil {
			c.e.complain(ctx, "publish the time", err)
		}
	}
}

// untilSecond returns how long it is until the next full second.
func untilSecond(now time.Time) time.Duration {
	return now.Truncate(time.Second).Add(time.Second).Sub(now)
}
