package feed

import (
	"bytes"
	"strings"
	"sync"

	"github.com/r3labs/sse/v2"
)

// An item is a find that has left its parser.
type item struct {
	kind  kind
	typ   string
	data  string
	id    string // the last event ID after it
	ownID bool
	retry int64 // -1 where none stood in it
	size  int64
	large string // as in find
	// origin is the position that it has where it was first published
	origin string
}

// smallItem is the most that is sent through the library's scanner. What is
// larger passes beside it, or its buffer would grow to the largest event of
// the connection, and be copied at each step.
const smallItem = 32 << 10

// A tunnel carries items through the library's client: each as one block that
// it cannot misread, and out of the event that it makes of it. Line breaks in
// the data become a byte that is not in any UTF-8 text, so that the data
// stands on one line, and every block has an event field, so that the library
// does not take it for empty.
type tunnel struct {
	mu     sync.Mutex
	beside []item // those that do not fit, in order

	types map[string]string // the event types seen, so that each is held once
}

const (
	small      = 'e' // the block holds the event, whose id was its own…
	smallNoID  = 'n' // …or that of an earlier one
	besides    = '@' // the item waits in tunnel.beside
	lineBreak  = 0xFF
	maxTypes   = 256
	maxTypeLen = 128
)

// append appends the block of a find to b.
func (t *tunnel) append(b []byte, f *find) []byte {
	if f.kind != anEvent || f.retry >= 0 || len(f.typ)+len(f.data)+len(f.id)+len(f.origin) > smallItem {
		t.mu.Lock()
		t.beside = append(t.beside, item{
			kind: f.kind, typ: string(f.typ), data: string(f.data), id: string(f.id),
			ownID: f.ownID, retry: f.retry, size: f.size, large: f.large, origin: string(f.origin),
		})
		t.mu.Unlock()
		return append(b, "event: @\n\n"...)
	}
	mark := byte(small)
	if !f.ownID {
		mark = smallNoID
	}
	b = append(b, "event: "...)
	b = append(b, mark)
	b = append(b, f.typ...)
	b = append(b, "\nid: "...)
	b = append(b, f.origin...) // a position, without any "="
	b = append(b, '=')         // so it is never empty: the library would put the last one there
	b = append(b, f.id...)
	b = append(b, "\ndata: "...)
	from := len(b)
	b = append(b, f.data...)
	for text := b[from:]; ; {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			break
		}
		text[i] = lineBreak
		text = text[i+1:]
	}
	return append(b, "\n\n"...)
}

// item returns what went in as the block that the library made e of.
func (t *tunnel) item(e *sse.Event) item {
	if e.Event[0] == besides {
		t.mu.Lock()
		defer t.mu.Unlock()
		it := t.beside[0]
		t.beside = t.beside[1:]
		return it
	}
	for text := e.Data; ; {
		i := bytes.IndexByte(text, lineBreak)
		if i < 0 {
			break
		}
		text[i] = '\n'
		text = text[i+1:]
	}
	origin, id, _ := strings.Cut(string(e.ID), "=")
	return item{
		typ: t.typ(e.Event[1:]), data: string(e.Data), id: id, origin: origin,
		ownID: e.Event[0] == small, retry: -1, size: int64(len(e.Data)),
	}
}

// typ returns the same string for the same type: a feed has few, and the
// journal holds very many messages.
func (t *tunnel) typ(b []byte) string {
	if s, ok := t.types[string(b)]; ok {
		return s
	}
	s := string(b)
	if t.types == nil {
		t.types = make(map[string]string)
	}
	if len(t.types) < maxTypes && len(s) <= maxTypeLen {
		t.types[s] = s
	}
	return s
}
