// Package broadcast wakes all goroutines that wait for a change.
//
// A waiter gets the channel, then reads the state, then waits for the channel.
// A change that happens after the waiter got the channel closes it, so the
// waiter misses none.
//
// Read broadcast.go.
package broadcast
