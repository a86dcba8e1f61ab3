package feed

import (
	"bytes"
)

// A kind says what a parser found.
type kind uint8

const (
	anEvent   kind = iota // dispatched as the standard says
	anID                  // a blank line that changed the last event ID and dispatched nothing
	tooLarge              // an event over the limit; only its size is known
	truncated             // the same, and the stream ended before it did
)

// A find is one thing that a stream said. Its slices are the parser's own
// and valid until the next call.
type find struct {
	kind  kind
	typ   []byte // never empty
	data  []byte
	id    []byte // the last event ID after it
	ownID bool   // whether it came with an id of its own
	retry int64  // the reconnection time that stood in it, -1 where none did
	size  int64  // of its data as it came, in bytes; of the id or type where that is too large
	large string // "id" or "type" where that is over the limit, not the data
	// origin is its position in the Signalbox that it was first published in;
	// empty where the server is none.
	origin []byte
}

// A parser turns bytes into events exactly as the HTML standard says in 9.2.5
// (parsing) and 9.2.6 (interpretation), however the bytes are cut. It holds
// one event at most, and of one over the limit only the size.
//
// In one point it goes with Chromium and Firefox rather than with the letter:
// after a reconnection the last event ID buffer begins with the id that was
// sent, not empty. By the letter the first event without an id would make the
// client forget where it was.
type parser struct {
	max     func() int         // the largest event
	comment func()             // called for each comment
	retry   func(ms int64)     // called for each reconnection time
	over    func()             // called when an event goes over the limit
	server  func(epoch string) // called where the server is a Signalbox, with its journal's epoch

	bom     int  // bytes of the byte order mark seen; -1 when it is behind us
	afterCR bool // the last byte was CR: an LF now belongs to it

	// The line.
	field   field
	name    []byte // the field's name as far as it came
	started bool   // the line has a byte
	space   bool   // one space may still be left out before the value
	value   []byte // of an id or event field
	number  int64  // of a retry field; -1 when it is none
	digits  bool   // whether it has any
	nul     bool   // there is a NUL in the id

	// The event.
	lines    int // of data
	data     []byte
	typ      []byte
	newID    []byte
	hasID    bool
	origin   []byte
	hasRetry int64
	dataSize int64
	tooBig   bool
	large    string // what went over the limit first, as in find
	longSize int64  // of the id or type over the limit

	last []byte // the last event ID buffer
	peer string // the epoch of the Signalbox at the other end, empty where there is none
	out  find
}

// A field is what a line says.
type field uint8

const (
	naming field = iota // the colon has not come
	commentField
	dataField
	eventField
	idField
	retryField
	originField
	unknownField
	longField // an id or type that is too large: its bytes are only counted
)

// longestName is how much is kept of a field's name: one byte more than the
// longest that means something, which is "origin".
const longestName = 7

// keepBuffer is the largest buffer kept for the next event.
const keepBuffer = 1 << 20

func newParser(lastEventID string, max func() int) *parser {
	nothing := func() {}
	return &parser{
		max: max, comment: nothing, over: nothing, retry: func(int64) {}, server: func(string) {},
		last: []byte(lastEventID), hasRetry: -1,
	}
}

// next reads from b until something is found in p.out. It returns how many
// bytes it took.
func (p *parser) next(b []byte) (n int, found bool) {
	for n < len(b) {
		rest := b[n:]
		if p.bom >= 0 {
			n += p.skipBOM(rest)
			continue
		}
		if p.afterCR {
			p.afterCR = false
			if rest[0] == '\n' {
				n++
				continue
			}
		}
		end := lineEnd(rest)
		if end < 0 {
			p.part(rest)
			return len(b), false
		}
		p.part(rest[:end])
		n += end + 1
		p.afterCR = rest[end] == '\r'
		if p.endLine() {
			return n, true
		}
	}
	return n, false
}

// end says that the stream is over. An unterminated event is dropped, as the
// standard says, but one that was over the limit is told.
func (p *parser) end() (found bool) {
	if !p.tooBig {
		return false
	}
	p.out = find{kind: truncated, id: p.last, retry: -1, size: p.size(), large: p.large}
	p.reset()
	return true
}

const bom = "\xEF\xBB\xBF"

var (
	newline = []byte{'\n'}
	message = []byte("message")
)

// skipBOM leaves out one byte order mark at the very beginning (UTF-8 decode).
func (p *parser) skipBOM(b []byte) int {
	for i, c := range b {
		if c != bom[p.bom] {
			// It was none; the bytes that looked like one open the first line.
			looked := bom[:p.bom]
			p.bom = -1
			p.part([]byte(looked))
			return i
		}
		if p.bom++; p.bom == len(bom) {
			p.bom = -1
			return i + 1
		}
	}
	return len(b)
}

// lineEnd returns the index of the first CR or LF, or -1. It looks through
// growing windows: a stream that ends its lines with CR alone would otherwise
// be searched for LF to its end at every line.
func lineEnd(b []byte) int {
	for from, size := 0, 256; from < len(b); from, size = from+size, size*4 {
		w := b[from:min(len(b), from+size)]
		lf := bytes.IndexByte(w, '\n')
		if lf >= 0 {
			w = w[:lf]
		}
		if cr := bytes.IndexByte(w, '\r'); cr >= 0 {
			return from + cr
		}
		if lf >= 0 {
			return from + lf
		}
	}
	return -1
}

// part takes the next bytes of the line.
func (p *parser) part(b []byte) {
	if len(b) == 0 {
		return
	}
	p.started = true
	if p.field == naming {
		colon := bytes.IndexByte(b, ':')
		if colon < 0 {
			// No name that means something is longer than six bytes.
			p.name = append(p.name, b[:min(len(b), longestName-min(longestName, len(p.name)))]...)
			return
		}
		p.name = append(p.name, b[:min(colon, longestName-min(longestName, len(p.name)))]...)
		p.open()
		p.space = true
		b = b[colon+1:]
	}
	if p.space && len(b) > 0 {
		p.space = false
		if b[0] == ' ' {
			b = b[1:]
		}
	}
	p.take(b)
}
