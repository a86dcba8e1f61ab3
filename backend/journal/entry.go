package journal

import (
	"sync/atomic"

	"signalbox/backend/live"
)

// An Entry is a message in memory with its frame for the wire, encoded once.
type Entry struct {
	live.Message
	frame atomic.Pointer[[]byte]
}

// Frame returns the entry's frame, made by encode at the first call. Nobody
// may change it. Where two readers come first together both encode, and one
// of the two frames is kept: that is cheaper than a lock for every reader.
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

// weight is what an entry takes in memory, about: its texts twice, because
// the frame is as long as they are, and what surrounds them.
func (e *Entry) weight() int { return 2*(len(e.Data)+len(e.Type)+len(e.ID)) + 256 }
