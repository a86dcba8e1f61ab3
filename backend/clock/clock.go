package clock

import (
	"sync"
	"time"
)

const (
	// tolerance is the greatest lead of the wall clock that is not a jump.
	tolerance = time.Minute
	// acceptAfter is how long a jump must last before it is accepted. The clock of
	// a machine that resumes is usually corrected within that time. A machine that
	// was off for a month deletes its old messages this much later.
	acceptAfter = 10 * time.Minute
)

// A State is the state of a Clock that is stored for the next run of the program.
type State struct {
	Known  time.Time     `json:"known"`           // the last accepted time
	Leapt  time.Time     `json:"leapt,omitzero"`  // the wall clock's time after its jump; zero without a jump
	Lasted time.Duration `json:"lasted,omitzero"` // how long the jump has lasted, in nanoseconds
}

// A Clock is a wall clock that does not follow short jumps. Its methods may be
// called from any goroutine.
type Clock struct {
	wall   func() time.Time
	uptime func() time.Duration // the monotonic clock: it never jumps

	mu         sync.Mutex
	accepted   time.Time     // the last time of the wall clock that was accepted,
	acceptedAt time.Duration // and the uptime at that moment
	jumped     time.Time     // the wall clock's time after its jump; zero without a jump
	jumpedAt   time.Duration // the uptime at that moment
}

// New returns a Clock that continues from s, the state of the previous run. It
// reads the wall clock through wall, which is time.Now outside tests.
func New(s State, wall func() time.Time) *Clock {
	started := time.Now()
	return newClock(s, wall, func() time.Duration { return time.Since(started) })
}

func newClock(s State, wall func() time.Time, uptime func() time.Duration) *Clock {
	c := &Clock{wall: wall, uptime: uptime, accepted: s.Known.Round(0), acceptedAt: uptime()}
	if !s.Leapt.IsZero() && !c.read().Before(s.Leapt) {
		c.jumped, c.jumpedAt = s.Leapt.Round(0), c.acceptedAt-s.Lasted
	}
	return c
}

// read returns the time of the wall clock without Go's monotonic reading. The
// difference of two times with that reading would hide a jump.
func (c *Clock) read() time.Time { return c.wall().Round(0) }

// Now returns the time of the wall clock. During a jump it returns the time that
// the wall clock would have without the jump.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	wall, uptime := c.read(), c.uptime()
	expected := c.accepted.Add(uptime - c.acceptedAt)
	switch {
	case !wall.After(expected.Add(tolerance)):
	case c.jumped.IsZero():
		c.jumped, c.jumpedAt = wall, uptime
		return expected
	case uptime-c.jumpedAt < acceptAfter:
		return expected
	}
	c.accepted, c.acceptedAt, c.jumped = wall, uptime, time.Time{}
	return wall
}

// State returns the state for the next run.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := State{Known: c.now().UTC(), Leapt: c.jumped.UTC()}
	if c.jumped.IsZero() {
		s.Leapt = time.Time{}
	} else {
		s.Lasted = c.uptime() - c.jumpedAt
	}
	return s
}
