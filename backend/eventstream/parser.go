package eventstream

import "bytes"

// A rawEvent is an Event whose texts are slices of the parser's buffers. They are
// valid until the next call of the parser.
type rawEvent struct {
	kind        Kind
	typ         []byte // never empty in a Dispatched event
	data        []byte
	lastEventID []byte
	hasID       bool
	retry       int64 // -1 means none
	size        int64
	overlong    string
	origin      []byte
}

// A parser turns bytes into events as defined in sections 9.2.5 (parsing) and
// 9.2.6 (interpretation), however the bytes are split into reads. It stores one
// event at most; of an event over the limit it stores only the size.
type parser struct {
	maxEvent  func() int         // the largest event, in bytes
	comment   func()             // called for each comment
	retry     func(ms int64)     // called for each reconnection time
	overLimit func()             // called when an event exceeds the limit
	server    func(epoch string) // called with the epoch of its journal if the server is a Signalbox

	bom     int  // bytes of a byte order mark read; -1 after the first character
	afterCR bool // the last byte was CR: an LF now belongs to the same line end

	// The current line.
	field     field
	name      []byte // the beginning of the field's name
	started   bool   // the line is not empty
	skipSpace bool   // the next byte is left out if it is a space
	value     []byte // of an id, event or origin field
	number    int64  // of a retry field; -1 if the value is not a number
	digits    bool   // the retry field has a digit
	nul       bool   // the id field has a NUL

	// The current event.
	dataLines   int
	data        []byte
	typ         []byte
	newID       []byte
	hasID       bool
	origin      []byte
	eventRetry  int64
	dataSize    int64
	discarded   bool   // the event is over the limit
	tooLong     string // the field that first exceeded its limit, as in Event.Overlong
	tooLongSize int64  // of the id or type over the limit

	lastEventID []byte // the last event ID buffer
	peer        string // the epoch of the server's journal; empty if the server is no Signalbox
	event       rawEvent
}

// A field is the field of the current line.
type field uint8

const (
	unnamed field = iota // the colon has not been read
	commentField
	dataField
	eventField
	idField
	retryField
	originField
	unknownField
	tooLongField // an id or type over its limit: its bytes are only counted
)

const (
	// maxFieldName is how many bytes of a field's name are stored: one more than
	// the longest known name, "origin".
	maxFieldName = 7
	// maxReused is the largest buffer that is reused for the next event.
	maxReused = 1 << 20
)

// newParser returns a parser for a stream that resumes after lastEventID. Its
// callbacks do nothing until they are set.
func newParser(lastEventID string, maxEvent func() int) *parser {
	nothing := func() {}
	return &parser{
		maxEvent: maxEvent, comment: nothing, overLimit: nothing, retry: func(int64) {}, server: func(string) {},
		lastEventID: []byte(lastEventID), eventRetry: -1,
	}
}

// next reads from b until it finds an event, and stores it in p.event. It returns
// how many bytes it read.
func (p *parser) next(b []byte) (n int, found bool) {
	for n < len(b) {
		unread := b[n:]
		if p.bom >= 0 {
			n += p.skipBOM(unread)
			continue
		}
		if p.afterCR {
			p.afterCR = false
			if unread[0] == '\n' {
				n++
				continue
			}
		}
		end := lineEnd(unread)
		if end < 0 {
			p.addToLine(unread)
			return len(b), false
		}
		p.addToLine(unread[:end])
		n += end + 1
		p.afterCR = unread[end] == '\r'
		if p.endLine() {
			return n, true
		}
	}
	return n, false
}

// end ends the stream. The standard drops an unfinished event; if the event is
// over the limit, end reports it as Truncated.
func (p *parser) end() (found bool) {
	if !p.discarded {
		return false
	}
	p.event = rawEvent{kind: Truncated, lastEventID: p.lastEventID, retry: -1, size: p.size(), overlong: p.tooLong}
	p.reset()
	return true
}

const bom = "\xEF\xBB\xBF"

// skipBOM skips one byte order mark at the beginning of the stream (Encoding,
// UTF-8 decode). It returns how many bytes it read.
func (p *parser) skipBOM(b []byte) int {
	for i, c := range b {
		if c != bom[p.bom] {
			// Not a byte order mark: these bytes begin the first line.
			begin := bom[:p.bom]
			p.bom = -1
			p.addToLine([]byte(begin))
			return i
		}
		if p.bom++; p.bom == len(bom) {
			p.bom = -1
			return i + 1
		}
	}
	return len(b)
}

// lineEnd returns the index of the first CR or LF, or -1. It searches stretches
// of growing length. Otherwise, if a stream ends its lines with CR alone, each
// line would be a search for LF through the whole of b.
func lineEnd(b []byte) int {
	for from, size := 0, 256; from < len(b); from, size = from+size, size*4 {
		stretch := b[from:min(len(b), from+size)]
		lf := bytes.IndexByte(stretch, '\n')
		if lf >= 0 {
			stretch = stretch[:lf]
		}
		if cr := bytes.IndexByte(stretch, '\r'); cr >= 0 {
			return from + cr
		}
		if lf >= 0 {
			return from + lf
		}
	}
	return -1
}

// addToLine adds bytes to the current line.
func (p *parser) addToLine(b []byte) {
	if len(b) == 0 {
		return
	}
	p.started = true
	if p.field == unnamed {
		colon := bytes.IndexByte(b, ':')
		if colon < 0 {
			p.addToName(b)
			return
		}
		p.addToName(b[:colon])
		p.startField()
		p.skipSpace = true
		b = b[colon+1:]
	}
	if p.skipSpace && len(b) > 0 {
		p.skipSpace = false
		if b[0] == ' ' {
			b = b[1:]
		}
	}
	p.addToValue(b)
}

// addToName stores as much of a field's name as startField needs.
func (p *parser) addToName(b []byte) {
	p.name = append(p.name, b[:min(len(b), maxFieldName-min(maxFieldName, len(p.name)))]...)
}
