package eventstream

import (
	"bytes"
	"strings"
	"sync"

	"github.com/r3labs/sse/v2"
)

// maxInline is the size of the largest event that passes through the scanner of
// r3labs/sse, in bytes. A larger event waits in codec.large instead: otherwise
// the scanner's buffer would grow to the largest event of the connection, with a
// copy each time it grows.
const maxInline = 32 << 10

// A codec passes events through r3labs/sse: encode writes each event as one block
// that r3labs/sse cannot misread, and decode restores the event from the block.
//
// The data is on one line; each line break is replaced by a byte that occurs in
// no UTF-8 text. Every block has an event field, because r3labs/sse drops blocks
// that seem empty. The event field begins with a mark.
type codec struct {
	mu    sync.Mutex
	large []Event // events over maxInline, in order

	types map[string]string // the event types seen
}

const (
	markWithID    = 'e' // the block is the event, which has an id
	markWithoutID = 'n' // the block is the event; its id comes from an earlier event
	markLarge     = '@' // the event waits in codec.large

	encodedBreak = 0xFF

	maxTypes   = 256 // entries of codec.types
	maxTypeLen = 128 // of each, in bytes
)

// encode appends the block of an event to b.
func (c *codec) encode(b []byte, e *rawEvent) []byte {
	if e.kind != Dispatched || e.retry >= 0 || len(e.typ)+len(e.data)+len(e.lastEventID)+len(e.origin) > maxInline {
		c.mu.Lock()
		c.large = append(c.large, Event{
			Kind: e.kind, Type: string(e.typ), Data: string(e.data), LastEventID: string(e.lastEventID), HasID: e.hasID,
			Retry: e.retry, Size: e.size, Overlong: e.overlong, Origin: string(e.origin),
		})
		c.mu.Unlock()
		return append(b, "event: @\n\n"...)
	}
	mark := byte(markWithID)
	if !e.hasID {
		mark = markWithoutID
	}
	b = append(b, "event: "...)
	b = append(b, mark)
	b = append(b, e.typ...)
	b = append(b, "\nid: "...)
	b = append(b, e.origin...) // a position, which contains no "="
	b = append(b, '=')         // never empty: r3labs/sse replaces an empty id with the last one
	b = append(b, e.lastEventID...)
	b = append(b, "\ndata: "...)
	from := len(b)
	b = append(b, e.data...)
	replace(b[from:], '\n', encodedBreak)
	return append(b, "\n\n"...)
}

// decode returns the event whose block r3labs/sse read as e.
func (c *codec) decode(e *sse.Event) Event {
	if e.Event[0] == markLarge {
		c.mu.Lock()
		defer c.mu.Unlock()
		large := c.large[0]
		c.large = c.large[1:]
		return large
	}
	replace(e.Data, encodedBreak, '\n')
	origin, id, _ := strings.Cut(string(e.ID), "=")
	return Event{
		Type: c.typeOf(e.Event[1:]), Data: string(e.Data), LastEventID: id, Origin: origin,
		HasID: e.Event[0] == markWithID, Retry: -1, Size: int64(len(e.Data)),
	}
}

// replace replaces a byte in place.
func replace(text []byte, from, to byte) {
	for {
		i := bytes.IndexByte(text, from)
		if i < 0 {
			return
		}
		text[i] = to
		text = text[i+1:]
	}
}

// typeOf returns the same string for the same type, so that it is allocated once:
// a feed has few types and very many messages.
func (c *codec) typeOf(b []byte) string {
	if s, ok := c.types[string(b)]; ok {
		return s
	}
	s := string(b)
	if c.types == nil {
		c.types = make(map[string]string)
	}
	if len(c.types) < maxTypes && len(s) <= maxTypeLen {
		c.types[s] = s
	}
	return s
}
