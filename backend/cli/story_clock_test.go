//go:build unix

package cli

import (
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"
)

// clockVariable names a file with an offset, such as "48h", by which the
// clock of the program under test is wrong. Only this test binary knows it.
const clockVariable = "STORY_CLOCK"

// clock OFFSET moves the clock of all boxes that run, and of those that start
// later, to so far from the real one: 48h, -2h, 0s.
func (s *story) clock(args []string) {
	args = s.flags("clock OFFSET", 1, args, nil)
	_, err := time.ParseDuration(args[0])
	s.Check(err)
	file := s.Getenv(clockVariable)
	// Never seen half written.
	s.Check(os.WriteFile(file+".new", []byte(args[0]), 0o600))
	s.Check(os.Rename(file+".new", file))
}

// storyClock returns the system's clock, moved by the offset in a file; nil
// without a file.
func storyClock(file string) func() time.Time {
	if file == "" {
		return nil
	}
	return func() time.Time {
		text, err := os.ReadFile(file)
		if err != nil {
			return time.Now() // nobody has moved it yet
		}
		offset, err := time.ParseDuration(strings.TrimSpace(string(text)))
		if err != nil {
			panic(err)
		}
		return jumped(time.Now(), offset)
	}
}

// jumped returns a reading as time.Now would after the system's clock was set:
// the wall clock has moved and the monotonic one has not. Time.Add moves both,
// and would hide a comparison with the wrong one.
func jumped(t time.Time, offset time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t)) // 1 bit flag, 33 bits seconds, 30 bits nanoseconds
	*wall += uint64(int64(offset/time.Second)) << 30
	return t
}

func TestTheClockOfStoriesJumpsLikeTheSystemClock(t *testing.T) {
	for _, offset := range []time.Duration{48 * time.Hour, -48 * time.Hour, 0} {
		before := time.Now()
		after := jumped(before, offset)
		if got := after.Round(0).Sub(before.Round(0)); got != offset {
			t.Errorf("%s: the wall clock moved by %s", offset, got)
		}
		if got := after.Sub(before); got != 0 {
			t.Errorf("%s: the monotonic clock moved by %s", offset, got)
		}
	}
}
