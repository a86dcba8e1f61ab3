package serve

import (
	"sync"
	"time"
)

// soon is how long changes that come in swarms are gathered.
const soon = 250 * time.Millisecond

// changes counts what changes in /api/state beside the counters, and wakes
// those who wait for it.
type changes struct {
	mu      sync.Mutex
	n       int64
	ch      chan struct{}
	pending bool
}

func (c *changes) init() { c.ch = make(chan struct{}) }

// wait returns a channel that is closed at the next change, and the count.
func (c *changes) wait() (<-chan struct{}, int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ch, c.n
}

func (c *changes) ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	close(c.ch)
	c.ch = make(chan struct{})
}

// ringSoon rings in a moment, once for everything until then.
func (c *changes) ringSoon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending {
		return
	}
	c.pending = true
	time.AfterFunc(soon, func() {
		c.mu.Lock()
		c.pending = false
		c.mu.Unlock()
		c.ring()
	})
}

// lastFault remembers what the journal last said of its store: that comes and
// goes without a message.
type lastFault struct {
	mu   sync.Mutex
	text string
}

func (f *lastFault) changed(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := f.text != text
	f.text = text
	return changed
}
