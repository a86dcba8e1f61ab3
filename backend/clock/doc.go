// Package clock provides a wall clock for code that deletes old data.
//
// A wall clock can be wrong: a virtual machine resumes with the time of its
// snapshot, a board without a battery boots in 1970, a time server sends a wrong
// time for a minute. Code that deletes data older than seven days must not trust
// such a clock at once.
//
// A Clock compares the wall clock with a monotonic clock. It ignores a jump
// forwards until the jump has lasted for ten minutes of running time, which may
// be spread over several runs of the program. It accepts a jump backwards at
// once, because that makes all data younger.
//
// Read clock.go.
package clock
