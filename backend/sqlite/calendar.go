package sqlite

import (
	"sync"
	"time"
)

const (
	// leap is how far the clock may run ahead before it counts as a leap.
	leap = time.Minute
	// doubt is how long a leap must last to be believed. A machine that wakes
	// with a wrong clock is set right within that time; one that was off for
	// a month deletes old messages that much later.
	doubt = 10 * time.Minute
)

// A calendar is the wall clock as far as it can be believed by somebody who
// is about to delete what is old. A clock that leaps to the year 2099 for a
// minute must not cost the whole history.
type calendar struct {
	wall func() time.Time
	up   func() time.Duration // time that passes whatever the clock says

	mu       sync.Mutex
	believed time.Time     // the wall clock when it was last believed,
	at       time.Duration // and up at that moment
	doubted  bool
	since    time.Duration // up when the doubt began
}

// newCalendar begins with a time that is known to have been, such as that of
// the newest message.
func newCalendar(known time.Time, wall func() time.Time, up func() time.Duration) *calendar {
	return &calendar{wall: wall, up: up, believed: known, at: up()}
}

// now returns the wall clock's time, or what it should be while it is doubted.
func (c *calendar) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, up := c.wall(), c.up()
	expected := c.believed.Add(up - c.at)
	switch {
	case !wall.After(expected.Add(leap)): // backwards too: then less is old
	case !c.doubted:
		c.doubted, c.since = true, up
		return expected
	case up-c.since < doubt:
		return expected
	}
	c.believed, c.at, c.doubted = wall, up, false
	return wall
}
