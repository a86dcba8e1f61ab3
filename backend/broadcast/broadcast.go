// Package broadcast wakes every goroutine that waits for a change.
//
// A waiter first takes the channel, then reads the state, then waits. A change
// that happens after the channel was taken closes it, so none is missed.
package broadcast

import "sync"

// A Broadcast announces changes to any number of goroutines, and counts them.
// The zero value is ready. It must not be copied after its first use.
type Broadcast struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody waits
	n  int64
}

// Wait returns a channel that the next Notify closes, and how often Notify was
// called so far.
func (b *Broadcast) Wait() (<-chan struct{}, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch, b.n
}

// Notify announces a change.
func (b *Broadcast) Notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
