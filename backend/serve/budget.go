package serve

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A budget bounds what several have together, such as memory.
type budget struct {
	mu      sync.Mutex
	limit   int64
	used    int64
	waiting []*waiter // in the order in which they came
}

type waiter struct {
	n     int64
	given chan struct{}
}

// take takes n of a limit, after those who came before, and reports
// whether there was room in time. While nothing is used anything fits: what is
// larger than the limit goes alone.
func (b *budget) take(ctx context.Context, n, limit int64, wait time.Duration) bool {
	b.mu.Lock()
	b.limit = limit
	if len(b.waiting) == 0 && b.fits(n) {
		b.used += n
		b.mu.Unlock()
		return true
	}
	w := &waiter{n, make(chan struct{})}
	b.waiting = append(b.waiting, w)
	b.mu.Unlock()
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	select {
	case <-w.given:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return b.leave(w)
}

// leave stops waiting, and reports whether there was room meanwhile.
func (b *budget) leave(w *waiter) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, w)
	if i < 0 {
		return true
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	b.next() // a smaller one behind it may fit
	return false
}

// give gives n back.
func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.next()
}

// next lets those go on who wait, while there is room. It is called with the
// lock held.
func (b *budget) next() {
	for len(b.waiting) > 0 && b.fits(b.waiting[0].n) {
		w := b.waiting[0]
		b.waiting[0] = nil
		b.waiting = b.waiting[1:]
		b.used += w.n
		close(w.given)
	}
}

func (b *budget) fits(n int64) bool { return b.used == 0 || b.used+n <= b.limit }

// A room is what one request has of a budget.
type room struct {
	of *budget
	n  int64
}

// keep gives back all but n.
func (r *room) keep(n int64) {
	if r.n > n {
		r.of.give(r.n - n)
		r.n = n
	}
}

func (r *room) release() { r.keep(0) }
