package serve

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
)

// largestPage and smallestPage bound how much a stream reads from the store at
// a time.
const (
	largestPage  = 1 << 20
	smallestPage = 32 << 10
)

// errHeld is why a stream ends that takes too long to take its page while
// others wait for the memory. Its client goes on where it was.
var errHeld = errors.New("others waited for the memory of the page that the client did not take")

// catching bounds what all streams that read from the store hold in memory. A
// page stays there until its client has taken it. The more streams there are,
// the less each reads at a time, so that a client that takes little does not
// keep others waiting; only where many have one large message each do they
// take turns.
type catching struct {
	budget
	streams atomic.Int64

	holding sync.Mutex
	since   map[*client]time.Time // that hold a page; guarded by holding
}

// page returns how much a stream reads from the store at a time. One half of
// the memory is for the smallest pages: there is room in it for many who stop.
func (c *catching) page(limit int64) int {
	c.mu.Lock()
	used := c.used
	c.mu.Unlock()
	if used > limit/2 {
		return smallestPage
	}
	// A page takes twice its size, because frames are made of it.
	each := limit / 4 / max(1, c.streams.Load())
	return int(min(max(each, smallestPage), largestPage))
}

func (c *catching) hold(one *client) {
	c.holding.Lock()
	defer c.holding.Unlock()
	if c.since == nil {
		c.since = make(map[*client]time.Time)
	}
	c.since[one] = time.Now()
}

func (c *catching) letGo(one *client) {
	c.holding.Lock()
	defer c.holding.Unlock()
	delete(c.since, one)
}

// cutOff ends the streams that have held a page for so long. It is called where
// others wait for it.
func (c *catching) cutOff(after time.Duration) {
	c.holding.Lock()
	defer c.holding.Unlock()
	for one, since := range c.since {
		if time.Since(since) >= after {
			one.end(errHeld)
			one.out.cutOff(errHeld)
		}
	}
}

// sendStored sends a page from the store, once there is room for it in memory.
func (f *follower) sendStored(batch journal.Batch) error {
	if !f.behind {
		f.behind = true
		f.catching.streams.Add(1)
	}
	limit, size := f.config().MaxCatchUp, int64(batch.Bytes+portion)
	if !f.catching.take(f.idle, size, limit, 0) {
		f.cursor.Back()
		if !f.catching.take(f.idle, size, limit, f.config().WriteTimeout) {
			f.catching.cutOff(f.config().WriteTimeout)
			return nil
		}
		var err error
		if batch, err = f.cursor.Next(f.idle); err != nil {
			f.catching.give(size)
			return err
		}
	}
	defer f.catching.give(size)
	f.catching.hold(f.client)
	defer f.catching.letGo(f.client)
	return f.send(batch)
}

// caughtUp notes that the stream no longer reads from the store.
func (f *follower) caughtUp() {
	if f.behind {
		f.behind = false
		f.catching.streams.Add(-1)
	}
}
