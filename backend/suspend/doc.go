// Package suspend detects that the machine was asleep.
//
// While a machine sleeps, the system's clock moves on. The monotonic clock does
// not, on systems for which Go uses CLOCK_MONOTONIC. Watch compares the two.
// Setting the system's clock forward looks the same, so a caller must do nothing
// that would be harmful without a sleep.
//
// Read suspend.go.
package suspend
