package broadcast

import "sync/atomic"

// A Broadcast announces changes to any number of goroutines, and counts them.
// The zero value is ready. It must not be copied after its first use. Its
// methods may be called from any goroutine, and use no lock: thousands of
// readers that wake at the same time do not wait for each other.
type Broadcast struct{ state atomic.Pointer[state] }

// A state never changes; each change replaces it.
type state struct {
	ch chan struct{} // nil while nobody waits
	n  int64         // calls of Notify so far
}

// Wait returns a channel that the next Notify closes, and how often Notify was
// called so far.
func (b *Broadcast) Wait() (<-chan struct{}, int64) {
	for {
		old := b.state.Load()
		if old != nil && old.ch != nil {
			return old.ch, old.n
		}
		waiting := &state{ch: make(chan struct{})}
		if old != nil {
			waiting.n = old.n
		}
		if b.state.CompareAndSwap(old, waiting) {
			return waiting.ch, waiting.n
		}
	}
}

// Notify announces a change.
func (b *Broadcast) Notify() {
	for {
		old := b.state.Load()
		next := &state{n: 1}
		if old != nil {
			next.n = old.n + 1
		}
		if b.state.CompareAndSwap(old, next) {
			if old != nil && old.ch != nil {
				close(old.ch)
			}
			return
		}
	}
}
