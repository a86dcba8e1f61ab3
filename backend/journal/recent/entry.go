package recent

import (
	"sync/atomic"

	"signalbox/backend/live"
)

// An Entry is a message in memory with its frame for the wire, which is encoded
// once.
type Entry struct {
	live.Message
	frame atomic.Pointer[[]byte]
}

// Frame returns the entry's frame. The first call makes it with encode. Callers
// must not change it. If two readers call Frame at the same time, both encode
// and one of the two frames is kept: that is cheaper than a lock for every
// reader.
func (e *Entry) Frame(encode func(*live.Message) []byte) []byte {
	if f := e.frame.Load(); f != nil {
		return *f
	}
	f := encode(&e.Message)
	if !e.frame.CompareAndSwap(nil, &f) {
		return *e.frame.Load()
	}
	return f
}

// Reset makes e the entry of another message. No other goroutine may have e.
func (e *Entry) Reset(m *live.Message) {
	e.frame.Store(nil)
	e.Message = *m
}

// MemorySize returns about how many bytes of memory an entry uses: its texts
// twice, because the frame is as long as they are, and 256 bytes for the rest.
func (e *Entry) MemorySize() int { return 2*(len(e.Data)+len(e.Type)+len(e.ID)) + 256 }
