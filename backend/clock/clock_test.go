package clock

import (
	"testing"
	"time"
	"unsafe"
)

var start = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

func TestALeapIsBelievedOnlyWhenItLasts(t *testing.T) {
	var offset, up time.Duration
	c := newClock(State{Known: start}, func() time.Time { return start.Add(up + offset) }, func() time.Duration { return up })
	expect := func(what string, want time.Duration) {
		t.Helper()
		if got := c.Now().Sub(start); got != want {
			t.Errorf("%s: %s, not %s", what, got, want)
		}
	}
	expect("at the start", 0)
	up = time.Hour
	expect("an hour later", time.Hour)
	offset = 1000 * time.Hour
	expect("after a leap", time.Hour)
	up += 9 * time.Minute
	expect("while it is doubted", up)
	offset = 0
	up += 2 * time.Minute
	expect("when it was set right", up)
	offset = 1000 * time.Hour
	expect("after another leap", up)
	up += 10 * time.Minute
	expect("when it has lasted", up+offset)
	offset = 0
	expect("back again", up)
	offset = 30 * time.Second
	expect("set a little", up+offset)
}

// leapt moves the wall clock's part of a time and leaves the monotonic one, as
// somebody who sets the clock of a running machine does. Time.Add moves both.
func leapt(t time.Time, d time.Duration) time.Time {
	const secondsAt = 30 // the lowest bit of the seconds in a Time with a monotonic reading
	*(*uint64)(unsafe.Pointer(&t)) += uint64(d/time.Second) << secondsAt
	return t
}

// Two times of time.Now compare by their monotonic readings, whatever the wall
// clock did between them.
func TestALeapOfTheRealClockIsSeen(t *testing.T) {
	const far = 48 * time.Hour
	begun := time.Now()
	if leapt(begun, far).Sub(begun) != 0 || leapt(begun, far).Round(0).Sub(begun.Round(0)) != far {
		t.Fatal("a time is laid out in another way by now: the test no longer makes a leap")
	}
	var offset time.Duration
	c := New(State{Known: begun}, func() time.Time { return leapt(time.Now(), offset) })
	if d := c.Now().Sub(begun.Round(0)); d < 0 || d > time.Minute {
		t.Errorf("at the start: %s", d)
	}
	offset = far
	if d := c.Now().Sub(begun.Round(0)); d < 0 || d > time.Minute {
		t.Errorf("after a leap: %s", d)
	}
}

func TestAClockThatIsAheadAtTheStartIsDoubtedToo(t *testing.T) {
	var up time.Duration
	c := newClock(State{Known: start}, func() time.Time { return start.AddDate(70, 0, 0).Add(up) }, func() time.Duration { return up })
	if got := c.Now(); !got.Equal(start) {
		t.Errorf("%s", got)
	}
	up = 10 * time.Minute
	if got := c.Now(); got.Year() != 2096 {
		t.Errorf("after ten minutes: %s", got)
	}
}

func TestTheDoubtGoesOnInTheNextRun(t *testing.T) {
	var offset, up time.Duration
	run := func(s State) *Clock {
		begun := up
		return newClock(s, func() time.Time { return start.Add(up + offset) }, func() time.Duration { return up - begun })
	}
	c := run(State{Known: start})
	offset = 48 * time.Hour
	c.Now()
	up += 6 * time.Minute
	s := c.State()
	if s.Known.Sub(start) != 6*time.Minute || s.Leapt.Sub(start) != offset || s.Lasted != 6*time.Minute {
		t.Fatalf("%+v", s)
	}

	// Set right between the runs: nothing of the leap is left.
	offset = 0
	c = run(s)
	if got := c.Now().Sub(start); got != up {
		t.Errorf("set right: %s", got)
	}
	if s := c.State(); !s.Leapt.IsZero() || s.Lasted != 0 {
		t.Errorf("%+v", s)
	}

	// Still ahead: not believed at once, and believed after ten minutes in all.
	offset = 48 * time.Hour
	c = run(s)
	if got := c.Now().Sub(start); got != 6*time.Minute {
		t.Errorf("still ahead: %s", got)
	}
	up += 4 * time.Minute
	if got := c.Now().Sub(start); got != up+offset {
		t.Errorf("after ten minutes in all: %s", got)
	}
}
