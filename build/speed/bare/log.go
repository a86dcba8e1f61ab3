package bare

import (
	"bytes"
	"strconv"
	"sync"
	"sync/atomic"
)

// segmentSize is the size of a segment in bytes, unless one frame is larger.
const segmentSize = 256 << 10

// A log is all frames in order, in linked segments. A reader refers to its place
// and so keeps everything after it in memory: even a slow reader loses nothing.
type log struct {
	mu   sync.Mutex
	last int64 // the number of the newest message
	tail *segment
	news chan struct{} // closed by the next append; nil if no reader waits
}

// A segment holds frames. The first n bytes never change.
type segment struct {
	frames []byte
	n      atomic.Int64
	next   atomic.Pointer[segment]
}

func newSegment(size int) *segment { return &segment{frames: make([]byte, size)} }

// append adds the frames of messages, wakes the readers, and returns the number of
// the last message.
func (l *log) append(messages ...[]byte) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, data := range messages {
		l.last++
		l.add(data)
	}
	if l.news != nil {
		close(l.news)
		l.news = nil
	}
	return l.last
}

func (l *log) add(data []byte) {
	const id, line = "id: bare.", "\ndata: "
	lines := bytes.Count(data, []byte{'\n'}) + 1
	most := len(id) + 20 + len(data) + lines*len(line) + 2
	n := int(l.tail.n.Load())
	if n+most > len(l.tail.frames) {
		s := newSegment(max(segmentSize, most))
		l.tail.next.Store(s)
		l.tail, n = s, 0
	}
	b := append(l.tail.frames[n:n], id...)
	b = strconv.AppendInt(b, l.last, 10)
	for part := range bytes.SplitSeq(data, []byte{'\n'}) {
		b = append(b, line...)
		b = append(b, part...)
	}
	b = append(b, "\n\n"...)
	l.tail.n.Store(int64(n + len(b)))
}

// more returns a channel that the next append closes.
func (l *log) more() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.news == nil {
		l.news = make(chan struct{})
	}
	return l.news
}

// end returns the place after the newest message.
func (l *log) end() place {
	l.mu.Lock()
	defer l.mu.Unlock()
	return place{l.tail, l.tail.n.Load()}
}

// A place is the position of a reader.
type place struct {
	segment *segment
	offset  int64
}

// frames returns the frames after the place in its segment and moves the place. It
// returns nil if there are none yet.
func (p *place) frames() []byte {
	for {
		if n := p.segment.n.Load(); n > p.offset {
			frames := p.segment.frames[p.offset:n]
			p.offset = n
			return frames
		}
		next := p.segment.next.Load()
		if next == nil {
			return nil
		}
		// A last frame may have been added since n was loaded.
		if p.segment.n.Load() == p.offset {
			*p = place{next, 0}
		}
	}
}
