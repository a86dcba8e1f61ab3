package serve

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A budget bounds the memory that several hold together.
type budget struct {
	mu      sync.Mutex
	limit   int64
	used    int64
	waiting []*share // in the order in which they came
}

// A share is what somebody waits for.
type share struct {
	n     int64
	given chan struct{}
}

// take takes n bytes of a limit, after those who came before, and reports
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
	s := &share{n, make(chan struct{})}
	b.waiting = append(b.waiting, s)
	b.mu.Unlock()
	timeout := time.NewTimer(wait)
	defer timeout.Stop()
	select {
	case <-s.given:
		return true
	case <-timeout.C:
	case <-ctx.Done():
	}
	return b.leave(s)
}

// leave stops waiting, and reports whether the share was given meanwhile.
func (b *budget) leave(s *share) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.waiting, s)
	if i < 0 {
		return true
	}
	b.waiting = slices.Delete(b.waiting, i, i+1)
	b.next() // a smaller one behind it may fit
	return false
}

// give gives n bytes back.
func (b *budget) give(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	b.next()
}

// next gives their shares to those who wait, while there is room. It is called
// with the lock held.
func (b *budget) next() {
	for len(b.waiting) > 0 && b.fits(b.waiting[0].n) {
		s := b.waiting[0]
		b.waiting[0] = nil
		b.waiting = b.waiting[1:]
		b.used += s.n
		close(s.given)
	}
}

func (b *budget) fits(n int64) bool { return b.used == 0 || b.used+n <= b.limit }
