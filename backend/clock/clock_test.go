package clock

import (
	"testing"
	"time"
	"unsafe"
)

var start = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

func TestAJumpIsAcceptedOnlyAfterItHasLasted(t *testing.T) {
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
	expect("after a jump", time.Hour)
	up += 9 * time.Minute
	expect("while the jump lasts", up)
	offset = 0
	up += 2 * time.Minute
	expect("after it was corrected", up)
	offset = 1000 * time.Hour
	expect("after another jump", up)
	up += 10 * time.Minute
	expect("after it has lasted", up+offset)
	offset = 0
	expect("back again", up)
	offset = 30 * time.Second
	expect("set a little", up+offset)
}

// jumped moves the wall reading of a time and leaves its monotonic reading, as
// setting the clock of a running machine does. Time.Add moves both.
func jumped(t time.Time, d time.Duration) time.Time {
	const secondsAt = 30 // the lowest bit of the seconds in a Time with a monotonic reading
	*(*uint64)(unsafe.Pointer(&t)) += uint64(d/time.Second) << secondsAt
	return t
}

// Two results of time.Now are compared by their monotonic readings, which do not
// show what the wall clock did between them.
func TestAJumpOfTheRealClockIsDetected(t *testing.T) {
	const far = 48 * time.Hour
	begun := time.Now()
	if jumped(begun, far).Sub(begun) != 0 || jumped(begun, far).Round(0).Sub(begun.Round(0)) != far {
		t.Fatal("time.Time has another layout now: this test no longer makes a jump")
	}
	var offset time.Duration
	c := New(State{Known: begun}, func() time.Time { return jumped(time.Now(), offset) })
	if d := c.Now().Sub(begun.Round(0)); d < 0 || d > time.Minute {
		t.Errorf("at the start: %s", d)
	}
	offset = far
	if d := c.Now().Sub(begun.Round(0)); d < 0 || d > time.Minute {
		t.Errorf("after a leap: %s", d)
	}
}

func TestAClockThatIsAheadAtTheStartIsNotFollowed(t *testing.T) {
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

func TestAJumpIsKeptForTheNextRun(t *testing.T) {
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

	// Corrected between the runs: the jump is forgotten.
	offset = 0
	c = run(s)
	if got := c.Now().Sub(start); got != up {
		t.Errorf("corrected: %s", got)
	}
	if s := c.State(); !s.Leapt.IsZero() || s.Lasted != 0 {
		t.Errorf("%+v", s)
	}

	// Still ahead: not accepted at once, but after ten minutes in all.
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
