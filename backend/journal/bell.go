package journal

import "sync/atomic"

// A bell wakes everybody who waits for it, by closing a channel. Whoever is
// about to wait takes the channel first and looks for news second, so that
// no news slips in between.
type bell struct{ ch atomic.Pointer[chan struct{}] }

func (b *bell) init() {
	ch := make(chan struct{})
	b.ch.Store(&ch)
}

func (b *bell) wait() <-chan struct{} { return *b.ch.Load() }

// ring may be called by anybody at any time.
func (b *bell) ring() {
	ch := make(chan struct{})
	close(*b.ch.Swap(&ch))
}
