package journal

import (
	"sort"
	"sync/atomic"
)

// chunkSize is how many entries a chunk has room for. A reader takes one
// chunk at a time, so it is also the largest portion from memory.
const chunkSize = 512

// A tail is the newest messages in memory. The writer alone adds to it and
// drops its oldest chunks; readers walk it without locks and without copies.
//
// A reader that sleeps holds no chunk, so what was dropped is freed at once:
// a chain of chunks, each pointing to the next, would keep everything alive
// that came after the place of the slowest reader.
type tail struct {
	dir atomic.Pointer[directory]

	// For the writer only.
	maxEntries, maxBytes int
	entries, bytes       int
}

// A directory lists the chunks in order. It is replaced, never changed.
type directory struct {
	chunks []*chunk // one at least
}

// A chunk is a run of entries. What lies below n is published and never changes.
type chunk struct {
	first   int64 // number of entries[0]; or, while it is empty, the least that may come
	n       atomic.Int32
	entries [chunkSize]*Entry
	bytes   int // for the writer only
}

func newTail(next int64, maxEntries, maxBytes int) *tail {
	t := &tail{maxEntries: maxEntries, maxBytes: maxBytes}
	t.dir.Store(&directory{chunks: []*chunk{{first: next}}})
	return t
}

// add publishes an entry. Its number is greater than all before it.
func (t *tail) add(e *Entry) {
	chunks := t.dir.Load().chunks
	c := chunks[len(chunks)-1]
	n, w := int(c.n.Load()), e.weight()
	// A chunk goes as a whole, so it must not be a large part of the bound.
	if n == chunkSize || n > 0 && c.bytes+w > t.maxBytes/16 {
		c, n = &chunk{first: e.Number}, 0
		t.dir.Store(&directory{chunks: append(t.drop(chunks), c)})
	}
	c.entries[n] = e
	c.bytes += w
	c.n.Store(int32(n + 1))
	t.entries++
	t.bytes += w
}

// drop returns a copy of chunks without the oldest ones that are too many.
func (t *tail) drop(chunks []*chunk) []*chunk {
	for len(chunks) > 1 && (t.entries > t.maxEntries || t.bytes > t.maxBytes) {
		t.entries -= int(chunks[0].n.Load())
		t.bytes -= chunks[0].bytes
		chunks = chunks[1:]
	}
	kept := make([]*chunk, len(chunks), len(chunks)+1)
	copy(kept, chunks)
	return kept
}

// from returns published entries with greater numbers than after, in order,
// a portion of them at a time. Below is the number that the tail begins with:
// where after+1 is less than that, the store has what is missing, and nothing
// is returned.
func (t *tail) from(after int64) (entries []*Entry, below int64) {
	chunks := t.dir.Load().chunks
	below = chunks[0].first
	if after+1 < below {
		return nil, below
	}
	// The last chunk that begins at or before after+1, or the one behind it.
	i := sort.Search(len(chunks), func(i int) bool { return chunks[i].first > after+1 }) - 1
	for ; i < len(chunks); i++ {
		c := chunks[i]
		all := c.entries[:c.n.Load()]
		k := sort.Search(len(all), func(k int) bool { return all[k].Number > after })
		if k < len(all) {
			return all[k:], below
		}
	}
	return nil, below
}
