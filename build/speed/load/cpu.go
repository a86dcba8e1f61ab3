package load

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// CPU returns the CPU time of a process, user and system, in steps of 10 ms.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The program's name, in parentheses, may contain spaces.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const user, system = 11, 12
	ticks := int64(0)
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// busy returns a function that returns the share of one core that a thread has
// used since its last call.
func busy(thread *atomic.Int64) func() float64 {
	taken := func() time.Duration {
		text, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/schedstat", thread.Load()))
		if err != nil {
			return 0
		}
		ns, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(ns, 10, 64)
		return time.Duration(n)
	}
	last, at := taken(), time.Now()
	return func() float64 {
		now, then := taken(), at
		share := (now - last).Seconds() / time.Since(then).Seconds()
		last, at = now, time.Now()
		return share
	}
}
