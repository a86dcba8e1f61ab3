package recent

import (
	"context"
	"sort"
	"sync/atomic"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/live"
)

// ErrClosed is the error of every call to a journal that is closed.
var ErrClosed = live.Errorf("closed", "Signalbox is closing.")

// chunkSize is the number of entries that a chunk has room for. A reader gets
// entries of one chunk at a time.
const chunkSize = 512

// Messages are the newest messages in memory. Only the journal's writer may call
// Add, SetLast and Announce; the other methods may be called from any goroutine.
type Messages struct {
	directory atomic.Pointer[[]*chunk] // in order, one at least; replaced, never changed
	last      atomic.Int64
	announced atomic.Int64
	changed   broadcast.Broadcast
	closed    atomic.Bool

	// How late readers are after the last Announce.
	opened      time.Time
	announcedAt atomic.Int64 // nanoseconds after opened
	waiting     atomic.Int64 // readers that wait now
	woken       atomic.Int64 // readers that waited for the last Announce
	caughtUp    atomic.Int64 // readers that have read up to it and wait again
	lateness    atomic.Int64 // of these together, in nanoseconds

	// For the writer alone.
	maxEntries, maxBytes int
	entries, bytes       int
}

// A chunk is a run of entries. The first n are visible and never change.
type chunk struct {
	first   int64 // the number of entries[0]; the least possible number while there is none
	n       atomic.Int32
	entries [chunkSize]*Entry
	bytes   int // for the writer alone
}

// New returns Messages without entries, which continue after the number last.
// They hold at most about maxEntries entries and maxBytes bytes of memory.
func New(last int64, maxEntries, maxBytes int) *Messages {
	m := &Messages{maxEntries: maxEntries, maxBytes: maxBytes, opened: time.Now()}
	m.directory.Store(&[]*chunk{{first: last + 1}})
	m.last.Store(last)
	m.announced.Store(last)
	return m
}

// Add makes an entry visible. Its number must be greater than all before it.
func (m *Messages) Add(e *Entry) {
	chunks := *m.directory.Load()
	c := chunks[len(chunks)-1]
	n, size := int(c.n.Load()), e.MemorySize()
	// A chunk is dropped as a whole, so it must not be a large part of maxBytes.
	if n == chunkSize || n > 0 && c.bytes+size > m.maxBytes/16 {
		c, n = &chunk{first: e.Number}, 0
		// A separate variable, so that only this branch allocates.
		replaced := append(m.dropOldest(chunks), c)
		m.directory.Store(&replaced)
	}
	c.entries[n] = e
	c.bytes += size
	c.n.Store(int32(n + 1))
	m.entries++
	m.bytes += size
}

// dropOldest returns a copy of chunks without the oldest ones that exceed
// maxEntries or maxBytes.
func (m *Messages) dropOldest(chunks []*chunk) []*chunk {
	for len(chunks) > 1 && (m.entries > m.maxEntries || m.bytes > m.maxBytes) {
		m.entries -= int(chunks[0].n.Load())
		m.bytes -= chunks[0].bytes
		chunks = chunks[1:]
	}
	kept := make([]*chunk, len(chunks), len(chunks)+1)
	copy(kept, chunks)
	return kept
}

// From returns visible entries with greater numbers than after, in order, those
// of one chunk at a time. first is the least number that may be in memory: if
// after+1 is less, the messages between are in the store, and From returns no
// entries.
func (m *Messages) From(after int64) (entries []*Entry, first int64) {
	chunks := *m.directory.Load()
	first = chunks[0].first
	if after+1 < first {
		return nil, first
	}
	// The next entry is in the last chunk that begins at or before after+1, or in
	// the one after that.
	i := sort.Search(len(chunks), func(i int) bool { return chunks[i].first > after+1 }) - 1
	for ; i < len(chunks); i++ {
		c := chunks[i]
		all := c.entries[:c.n.Load()]
		k := sort.Search(len(all), func(k int) bool { return all[k].Number > after })
		if k < len(all) {
			return all[k:], first
		}
	}
	return nil, first
}

// SetLast sets the number of the newest message that is committed.
func (m *Messages) SetLast(number int64) { m.last.Store(number) }

// Last returns the number of the newest message that is committed.
func (m *Messages) Last() int64 { return m.last.Load() }

// Announce allows readers to read up to Last, and wakes them.
func (m *Messages) Announce() {
	m.woken.Store(m.waiting.Load())
	m.caughtUp.Store(0)
	m.lateness.Store(0)
	m.announcedAt.Store(int64(time.Since(m.opened)))
	m.announced.Store(m.last.Load())
	m.changed.Notify()
}

// Wait waits for a channel of Changed, which was called before the reader found
// nothing more to read. progressed is whether it has read anything since it last
// waited. Error: the context's.
func (m *Messages) Wait(ctx context.Context, changed <-chan struct{}, progressed bool) error {
	if progressed {
		m.lateness.Add(int64(m.sinceAnnounce()))
		m.caughtUp.Add(1)
	}
	m.waiting.Add(1)
	defer m.waiting.Add(-1)
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Lateness returns how long after the last Announce readers have read up to it:
// the mean of those that have. It is 0 if nobody waited for that Announce.
func (m *Messages) Lateness() time.Duration {
	switch n := m.caughtUp.Load(); {
	case n > 0:
		return time.Duration(m.lateness.Load() / n)
	case m.woken.Load() > 0:
		return m.sinceAnnounce()
	}
	return 0
}

func (m *Messages) sinceAnnounce() time.Duration {
	return time.Since(m.opened) - time.Duration(m.announcedAt.Load())
}

// Announced returns the value of Last at the last Announce. Under load it is
// less than Last.
func (m *Messages) Announced() int64 { return m.announced.Load() }

// Notify wakes readers because something other than the messages has changed.
func (m *Messages) Notify() { m.changed.Notify() }

// Changed returns a channel that the next Announce or Notify closes.
func (m *Messages) Changed() <-chan struct{} {
	ch, _ := m.changed.Wait()
	return ch
}

// Close marks the journal as closed, and wakes the readers. They can still read
// all committed messages.
func (m *Messages) Close() {
	m.closed.Store(true)
	m.Announce()
}

// Closed reports whether Close was called.
func (m *Messages) Closed() bool { return m.closed.Load() }
