package sqlite

import (
	"testing"
	"time"
)

func TestALeapOfTheClockIsBelievedOnlyWhenItLasts(t *testing.T) {
	start := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	var offset, up time.Duration
	c := newCalendar(start, func() time.Time { return start.Add(up + offset) }, func() time.Duration { return up })
	expect := func(what string, want time.Duration) {
		t.Helper()
		if got := c.now().Sub(start); got != want {
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

func TestAClockThatIsAheadAtTheStartIsDoubtedToo(t *testing.T) {
	newest := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	var up time.Duration
	c := newCalendar(newest, func() time.Time { return newest.AddDate(70, 0, 0).Add(up) }, func() time.Duration { return up })
	if got := c.now(); got != newest {
		t.Errorf("%s", got)
	}
	up = 10 * time.Minute
	if got := c.now(); got.Year() != 2096 {
		t.Errorf("after ten minutes: %s", got)
	}
}
