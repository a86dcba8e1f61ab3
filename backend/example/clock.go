package example

import (
	"context"
	"time"

	"signalbox/backend/live"
)

// A Clock publishes the server's time to a channel, every second on the second,
// while it is watched.
type Clock struct {
	examples *Examples
	channel  ChannelName
	watched  func() bool
}

// NewClock returns a clock for a channel. It publishes while watched reports
// true.
func (e *Examples) NewClock(channel ChannelName, watched func() bool) *Clock {
	return &Clock{examples: e, channel: channel, watched: watched}
}

// Run publishes until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	for Sleep(ctx, untilSecond(time.Now())) {
		if !c.watched() {
			continue
		}
		// Rounded, because the timer fires a little after the second.
		now := time.Now().Round(time.Second).Format(time.RFC3339)
		if err := c.examples.Emit(ctx, c.channel, live.Draft{Type: "message", Data: now}); err != nil {
			c.examples.Warn(ctx, "publish the time", err)
		}
	}
}

// untilSecond returns the time until the next full second.
func untilSecond(now time.Time) time.Duration {
	return now.Truncate(time.Second).Add(time.Second).Sub(now)
}
