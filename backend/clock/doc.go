// Package clock provides a wall clock for code that deletes old data.
//
// A wall clock can be wrong: a virtual machine resumes with the time of its
// snapshot, a board without a battery boots in 1970, a time server sends
// nonsense for a minute. Code that deletes what is older than seven days must
// not believe such a clock at once.
//
// A Clock compares the wall clock with the time that has passed since the two
// last agreed. It ignores a jump forwards until the jump has lasted for ten
// minutes of running time, which may be spread over several runs of the
// program. It accepts a jump backwards at once, because then less is old.
//
// Read clock.go.
package clock
