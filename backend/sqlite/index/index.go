package index

import (
	"cmp"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"signalbox/backend/sqlite/database"
	"signalbox/backend/sqlite/signature"
	"signalbox/backend/sqlite/summary"
)

// An Index narrows searches of one history. Its methods may be called from any
// goroutine.
type Index struct {
	file    *database.File
	dir     string
	queue   queue
	wake    chan struct{} // asks Run to look for work
	reached atomic.Int64  // the number up to which Run has read

	mu       sync.Mutex
	log      *slog.Logger
	running  bool
	first    int64     // the oldest message kept; segments before it are deleted
	segments []segment // in order; they do not overlap
	tail     tail
	filled   int64  // of the first hole, how many messages are read
	unread   []span // what Run could not read, and does not try again
	problem  error  // why segments cannot be written
}

// A span is the messages with after < number <= through.
type span struct{ after, through int64 }

// A segment is a file of the index.
type segment struct {
	span
	bytes          int64 // of the file
	blocks         int
	oldest, newest int64 // the times of its messages
}

// The tail is the last segment, which is not complete. It follows all others.
type tail struct {
	after     int64
	blocks    signature.Blocks // only appended to, or replaced
	summaries summary.Blocks   // of the same blocks
	stamp     int64            // of the last block
	saved     segment          // the file that has the first blocks, if through is not 0
}

// through returns the number up to which the tail has blocks.
func (t *tail) through() int64 {
	if n := len(t.blocks); n > 0 {
		return t.blocks[n-1].Through
	}
	return t.after
}

// New returns the index of the history in dir. It covers nothing before Run.
func New(file *database.File, dir string) *Index {
	return &Index{file: file, dir: filepath.Join(dir, "index"), wake: make(chan struct{}, 1), log: slog.New(slog.DiscardHandler)}
}

// A State says how much an index covers.
type State struct {
	Running bool
	// Behind is about how many messages are not covered, without the newest few
	// hundred. It is 0 if Running is false.
	Behind int64
	Bytes  int64 // of the files
	// Problem is why the index is not built any further at the moment, or nil.
	Problem error
}

// State returns how much is covered.
func (ix *Index) State() State {
	queued, waiting := ix.queue.waiting()
	ix.mu.Lock()
	defer ix.mu.Unlock()
	s := State{Running: ix.running, Problem: ix.problem, Bytes: ix.tail.saved.bytes}
	for _, g := range ix.segments {
		s.Bytes += g.bytes
	}
	if ix.running {
		taken := max(0, queued-ix.reached.Load()) // by Run, or lost
		s.Behind = max(0, waiting+taken+ix.missingInHoles()-ix.filled)
	}
	return s
}

// Added hands over messages that were committed: those with numbers after the first
// argument and up to the second.
func (ix *Index) Added(after, through int64, entries func(yield func(Entry) bool)) {
	if ix.queue.add(after, through, entries) {
		ix.notify()
	}
}

// Trimmed tells that first is the oldest message kept, or 0 if there is none.
func (ix *Index) Trimmed(first int64) {
	if first == 0 {
		first = ix.file.Last() + 1
	}
	ix.mu.Lock()
	ix.first = max(ix.first, first)
	due := len(ix.segments) > 0 && ix.segments[0].through < first
	ix.mu.Unlock()
	if due {
		ix.notify()
	}
}

func (ix *Index) notify() {
	select {
	case ix.wake <- struct{}{}:
	default: // Run has not yet looked for the last one
	}
}

// holes returns what is not covered before the tail and can be read. Call it with
// the lock held.
func (ix *Index) holes() (list []span) {
	covered := slices.Clone(ix.unread)
	for _, s := range ix.segments {
		covered = append(covered, s.span)
	}
	slices.SortFunc(covered, func(a, b span) int { return cmp.Compare(a.after, b.after) })
	at := ix.first - 1
	for _, c := range append(covered, span{ix.tail.after, ix.tail.after}) {
		if h := (span{at, min(c.after, ix.tail.after)}); h.after < h.through {
			list = append(list, h)
		}
		at = max(at, c.through)
	}
	return list
}

// missingInHoles returns how many numbers are in holes. Call it with the lock held.
func (ix *Index) missingInHoles() (n int64) {
	for _, h := range ix.holes() {
		n += h.through - h.after
	}
	return n
}
