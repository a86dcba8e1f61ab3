package budget

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Budget is an amount that requests reserve parts of, and release again.
// Requests that wait are served in the order in which they came, so that small
// ones do not starve a large one. All methods may be called from any goroutine.
type Budget struct {
	limit int64

	mu    sync.Mutex
	used  int64
	queue []*waiter // oldest first
}

type waiter struct {
	n        int64
	reserved chan struct{} // closed once n is reserved
}

// New returns a budget of limit.
func New(limit int64) *Budget { return &Budget{limit: limit} }

// Limit returns the whole amount.
func (b *Budget) Limit() int64 { return b.limit }

// Used returns how much is reserved.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Acquire reserves n and reports whether that was possible within wait, and
// before ctx ended. If nothing is reserved, any n fits: a request that is
// larger than the whole budget runs alone. Release returns n to the budget.
func (b *Budget) Acquire(ctx context.Context, n int64, wait time.Duration) bool {
	b.mu.Lock()
	if len(b.queue) == 0 && b.fits(n) {
		b.used += n
		b.mu.Unlock()
		return true
	}
	w := &waiter{n, make(chan struct{})}
	b.queue = append(b.queue, w)
	b.mu.Unlock()
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	select {
	case <-w.reserved:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return !b.abandon(w)
}

// abandon removes a waiter from the queue. It returns false if the waiter's
// amount was reserved meanwhile.
func (b *Budget) abandon(w *waiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.queue, w)
	if i < 0 {
		return false
	}
	b.queue = slices.Delete(b.queue, i, i+1)
	b.serveQueue() // a smaller request behind it may fit
	return true
}

// Release returns n to the budget.
func (b *Budget) Release(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.serveQueue()
}

// serveQueue reserves for the waiters, oldest first, while their amounts fit.
// It is called with mu held.
func (b *Budget) serveQueue() {
	for len(b.queue) > 0 && b.fits(b.queue[0].n) {
		w := b.queue[0]
		b.queue[0] = nil
		b.queue = b.queue[1:]
		b.used += w.n
		close(w.reserved)
	}
}

func (b *Budget) fits(n int64) bool { return b.used == 0 || b.used+n <= b.limit }

// A Reservation is the amount that one request has reserved of a Budget; nil is
// none. Only one goroutine at a time may use it.
type Reservation struct {
	budget *Budget
	n      int64
}

// Reserve is Acquire with a Reservation that remembers the amount. It returns
// false if the amount was not free in time.
func (b *Budget) Reserve(ctx context.Context, n int64, wait time.Duration) (*Reservation, bool) {
	if !b.Acquire(ctx, n, wait) {
		return nil, false
	}
	return &Reservation{b, n}, true
}

// ShrinkTo releases all but n. It never reserves more.
func (r *Reservation) ShrinkTo(n int64) {
	if r != nil && r.n > n {
		r.budget.Release(r.n - n)
		r.n = n
	}
}

// Release releases the rest. It may be called again.
func (r *Reservation) Release() { r.ShrinkTo(0) }
