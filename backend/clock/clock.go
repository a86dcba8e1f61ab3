// Package clock tells the time to code that is about to delete what is old.
//
// A wall clock can be wrong: a virtual machine wakes with the time of its
// snapshot, a board without a battery starts in 1970, a time server sends
// nonsense for a minute. A Clock compares the wall clock with the time that has
// passed since it last believed it. A forward leap is doubted, and believed
// only after it has lasted for ten minutes, also over several runs of the
// program. A clock that goes backwards is believed at once: then less is old.
package clock

import (
	"sync"
	"time"
)

const (
	// leap is how far the wall clock may run ahead before it is doubted.
	leap = time.Minute
	// doubt is how long a leap must last to be believed. A machine that wakes
	// with a wrong clock is set right within that time; one that was off for
	// a month deletes old messages that much later.
	doubt = 10 * time.Minute
)

// A State is what a Clock knows at the end of one run and needs in the next.
type State struct {
	Known  time.Time     `json:"known"`           // a time that is known to have been
	Leapt  time.Time     `json:"leapt,omitzero"`  // what the wall clock said when it leapt; zero where it is not doubted
	Lasted time.Duration `json:"lasted,omitzero"` // for how long the leap has been doubted
}

// A Clock is the wall clock as far as it can be believed. Its methods may be
// called by anybody at any time.
type Clock struct {
	wall func() time.Time
	up   func() time.Duration // time that passes whatever the wall clock says

	mu       sync.Mutex
	believed time.Time     // the wall clock when it was last believed,
	at       time.Duration // and up at that moment
	leapt    time.Time     // what the wall clock said when the doubt began; zero without doubt
	since    time.Duration // up when the doubt began
}

// New returns a Clock that goes on from a state, such as that of the run before.
func New(s State, wall func() time.Time) *Clock {
	begun := time.Now()
	return newClock(s, wall, func() time.Duration { return time.Since(begun) })
}

func newClock(s State, wall func() time.Time, up func() time.Duration) *Clock {
	c := &Clock{wall: wall, up: up, believed: s.Known.Round(0), at: up()}
	if !s.Leapt.IsZero() && !c.read().Before(s.Leapt) {
		c.leapt, c.since = s.Leapt.Round(0), c.at-s.Lasted
	}
	return c
}

// read reads the wall clock without Go's monotonic one: with it, the
// difference of two times is what has passed between them, and a leap does not
// show.
func (c *Clock) read() time.Time { return c.wall().Round(0) }

// Now returns the wall clock's time, or what it should be while it is doubted.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	wall, up := c.read(), c.up()
	expected := c.believed.Add(up - c.at)
	switch {
	case !wall.After(expected.Add(leap)):
	case c.leapt.IsZero():
		c.leapt, c.since = wall, up
		return expected
	case up-c.since < doubt:
		return expected
	}
	c.believed, c.at, c.leapt = wall, up, time.Time{}
	return wall
}

// State returns what the next run needs.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{Known: c.now().UTC(), Leapt: c.leapt.UTC()}
	if c.leapt.IsZero() {
		s.Leapt = time.Time{}
	} else {
		s.Lasted = c.up() - c.since
	}
	return s
}
