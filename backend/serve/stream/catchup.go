package stream

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/serve/budget"
)

// maxPage and minPage bound how many bytes a stream reads from the store at a
// time.
const (
	maxPage = 1 << 20
	minPage = 32 << 10
)

// errHeldPage is why a stream ends whose client takes too long to take its page
// while others wait for the memory. The client resumes where it was.
var errHeldPage = errors.New("others waited for the memory of a page that the client did not take")

// catchUp bounds the memory of all streams that read from the store. A page
// stays in memory until its client has taken it. The more streams there are,
// the less each reads at a time, so that a client that takes little does not
// make others wait. Only where many have one large message each do they take
// turns.
type catchUp struct {
	memory  *budget.Budget // in bytes
	streams atomic.Int64   // that read from the store

	mu    sync.Mutex
	pages map[*stream]time.Time // since when a stream holds a page
}

// pageSize returns how many bytes a stream reads from the store at a time. Half
// of the memory is reserved for the smallest pages, so that many clients may
// stop and there is still room for others.
func (c *catchUp) pageSize() int {
	limit := c.memory.Limit()
	if c.memory.Used() > limit/2 {
		return minPage
	}
	// A page takes twice its size, because frames are made of it.
	each := limit / 4 / max(1, c.streams.Load())
	return int(min(max(each, minPage), maxPage))
}

func (c *catchUp) addPage(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[s] = time.Now()
}

func (c *catchUp) removePage(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pages, s)
}

// abortHolders ends the streams that have held a page for at least d. It is
// called when another stream has waited in vain.
func (c *catchUp) abortHolders(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for s, since := range c.pages {
		if time.Since(since) >= d {
			s.client.abort(errHeldPage)
		}
	}
}

// sendStored sends a page from the store, once there is room for it in memory.
func (s *stream) sendStored(batch cursor.Batch) error {
	c := &s.hub.catchUp
	if !s.fromStore {
		s.fromStore = true
		c.streams.Add(1)
	}
	size := int64(batch.Bytes + writeSize)
	if !c.memory.Acquire(s.idle, size, 0) {
		s.cursor.Unread() // free the page while waiting, and read it again
		if !c.memory.Acquire(s.idle, size, s.hub.writeTimeout) {
			c.abortHolders(s.hub.writeTimeout)
			return nil
		}
		var err error
		if batch, err = s.cursor.Next(s.idle); err != nil {
			c.memory.Release(size)
			return err
		}
	}
	defer c.memory.Release(size)
	c.addPage(s)
	defer c.removePage(s)
	return s.sendBatch(batch)
}

// caughtUp notes that the stream no longer reads from the store.
func (s *stream) caughtUp() {
	if s.fromStore {
		s.fromStore = false
		s.hub.catchUp.streams.Add(-1)
	}
}
