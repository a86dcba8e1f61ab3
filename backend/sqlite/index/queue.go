package index

import (
	"math"
	"sync"
)

const (
	// queueBytes is how much text waits in memory for Run. What exceeds it is read
	// from the store later.
	queueBytes = 32 << 20
	// Run is woken for wakeMessages messages or wakeBytes bytes. A search tests
	// those that wait.
	wakeMessages, wakeBytes = 512, 64 << 10
	// maxSpare is how many entries a slice may have to be used again.
	maxSpare = 16 << 10
)

// An Entry is the searchable text of an event.
type Entry struct {
	Number, Received int64 // in microseconds
	Type, Data       string
}

// A queue has messages that were committed, until Run takes them. They follow each
// other without a hole.
type queue struct {
	mu             sync.Mutex
	open           bool // else it keeps nothing
	after, through int64
	entries        []Entry
	bytes          int
	spare          []Entry // for the next entries
}

// add adds messages and reports whether Run should be woken.
func (q *queue) add(after, through int64, entries func(yield func(Entry) bool)) (wake bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open || through <= after {
		return false
	}
	if after != q.through || q.bytes > queueBytes {
		q.drop(after)
	}
	q.through = through
	for e := range entries {
		q.entries = append(q.entries, e)
		q.bytes += len(e.Type) + len(e.Data)
	}
	return len(q.entries) >= wakeMessages || q.bytes >= wakeBytes
}

// drop removes all messages; the next one has a number after that.
func (q *queue) drop(after int64) {
	clear(q.entries)
	q.entries, q.bytes, q.after, q.through = q.entries[:0], 0, after, after
}

// setOpen makes the queue keep messages from the number after that on, or none.
func (q *queue) setOpen(open bool, last int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.open != open {
		q.open = open
		q.drop(last)
	}
}

// begin returns the number after which the queue has all messages, or the greatest
// number if it is not open.
func (q *queue) begin() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.open {
		return math.MaxInt64
	}
	return q.after
}

// take returns all messages and the number up to which they are complete. Return
// the slice with recycle.
func (q *queue) take() (entries []Entry, through int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	entries = q.entries
	q.entries, q.spare, q.bytes, q.after = q.spare, nil, 0, q.through
	return entries, q.through
}

func (q *queue) recycle(entries []Entry) {
	clear(entries)
	q.mu.Lock()
	defer q.mu.Unlock()
	if cap(entries) <= maxSpare {
		q.spare = entries[:0]
	}
}
