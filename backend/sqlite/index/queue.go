package index

import (
	"sync"

	"signalbox/backend/live"
)

const (
	// queueBytes is how much text waits in memory for Run. If there is more, all of it
	// becomes a hole.
	queueBytes = 32 << 20
	// Run is woken for wakeMessages messages or wakeBytes bytes. A search tests
	// those that wait.
	wakeMessages, wakeBytes = 512, 64 << 10
	// maxSpare is how many entries a slice may have to be used again.
	maxSpare = 16 << 10
)

// An Entry is what the index has of a message.
type Entry struct {
	Number, Received int64 // in microseconds
	Source           int64
	Kind             live.Kind
	Type, Data       string // of an event
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

// waiting returns the number after which the queue has all messages, and how many
// they are, or 0 if they are not enough to wake Run.
func (q *queue) waiting() (after, n int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.entries) < wakeMessages {
		return q.after, 0
	}
	return q.after, int64(len(q.entries))
}

// take returns all messages. They are complete after one number and up to the other.
// Return the slice with recycle.
func (q *queue) take() (entries []Entry, after, through int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	entries, after = q.entries, q.after
	q.entries, q.spare, q.bytes, q.after = q.spare, nil, 0, q.through
	return entries, after, q.through
}

func (q *queue) recycle(entries []Entry) {
	clear(entries)
	q.mu.Lock()
	defer q.mu.Unlock()
	if cap(entries) <= maxSpare {
		q.spare = entries[:0]
	}
}
