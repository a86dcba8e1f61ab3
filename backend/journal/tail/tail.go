package tail

import (
	"sort"
	"sync/atomic"

	"signalbox/backend/broadcast"
	"signalbox/backend/live"
)

// ErrClosed is the error of everything that is asked of a journal after it was
// closed.
var ErrClosed = live.Errorf("closed", "Signalbox is closing.")

// chunkSize is how many entries a chunk has room for. A reader gets entries of
// one chunk at a time.
const chunkSize = 512

// A Tail is the newest messages in memory. Add, SetLast and Announce are for
// the journal's writer alone, everything else for anybody.
type Tail struct {
	directory atomic.Pointer[[]*chunk] // in order, one at least; replaced, never changed
	last      atomic.Int64
	announced atomic.Int64
	changed   broadcast.Broadcast
	closed    atomic.Bool

	// For the writer alone.
	maxEntries, maxBytes int
	entries, bytes       int
}

// A chunk is a run of entries. Those below n are visible and never change.
type chunk struct {
	first   int64 // the number of entries[0]; while it is empty, the least that may come
	n       atomic.Int32
	entries [chunkSize]*Entry
	bytes   int // for the writer alone
}

// New returns an empty tail behind the number last, which holds about
// maxEntries entries of maxBytes.
func New(last int64, maxEntries, maxBytes int) *Tail {
	t := &Tail{maxEntries: maxEntries, maxBytes: maxBytes}
	t.directory.Store(&[]*chunk{{first: last + 1}})
	t.last.Store(last)
	t.announced.Store(last)
	return t
}

// Add makes an entry visible. Its number is greater than all before it.
func (t *Tail) Add(e *Entry) {
	chunks := *t.directory.Load()
	c := chunks[len(chunks)-1]
	n, size := int(c.n.Load()), e.MemorySize()
	// A chunk is dropped as a whole, so it must not be a large part of maxBytes.
	if n == chunkSize || n > 0 && c.bytes+size > t.maxBytes/16 {
		c, n = &chunk{first: e.Number}, 0
		// A variable of its own, so that only this branch allocates.
		replaced := append(t.dropOldest(chunks), c)
		t.directory.Store(&replaced)
	}
	c.entries[n] = e
	c.bytes += size
	c.n.Store(int32(n + 1))
	t.entries++
	t.bytes += size
}

// dropOldest returns a copy of chunks without the oldest ones that exceed the
// limits.
func (t *Tail) dropOldest(chunks []*chunk) []*chunk {
	for len(chunks) > 1 && (t.entries > t.maxEntries || t.bytes > t.maxBytes) {
		t.entries -= int(chunks[0].n.Load())
		t.bytes -= chunks[0].bytes
		chunks = chunks[1:]
	}
	kept := make([]*chunk, len(chunks), len(chunks)+1)
	copy(kept, chunks)
	return kept
}

// From returns visible entries with greater numbers than after, in order; those
// of one chunk at a time. First is the number that the tail begins with: if
// after+1 is less, the missing messages are in the store, and From returns
// none.
func (t *Tail) From(after int64) (entries []*Entry, first int64) {
	chunks := *t.directory.Load()
	first = chunks[0].first
	if after+1 < first {
		return nil, first
	}
	// The last chunk that begins at or before after+1, or the one behind it.
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
func (t *Tail) SetLast(number int64) { t.last.Store(number) }

// Last returns the number of the newest message that is committed.
func (t *Tail) Last() int64 { return t.last.Load() }

// Announce shows readers what is committed, and wakes them.
func (t *Tail) Announce() {
	t.announced.Store(t.last.Load())
	t.changed.Notify()
}

// Announced returns the newest number that readers were woken for. Under load
// that is less than Last.
func (t *Tail) Announced() int64 { return t.announced.Load() }

// Notify wakes readers because something else has changed than the messages.
func (t *Tail) Notify() { t.changed.Notify() }

// Changed returns a channel that the next Announce or Notify closes.
func (t *Tail) Changed() <-chan struct{} {
	ch, _ := t.changed.Wait()
	return ch
}

// Close marks the tail as closed, and wakes the readers. They still get what
// was committed.
func (t *Tail) Close() {
	t.closed.Store(true)
	t.Announce()
}

// Closed reports whether the tail was closed.
func (t *Tail) Closed() bool { return t.closed.Load() }
