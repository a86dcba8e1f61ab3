package eventstream

import (
	"bytes"
	"math"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

var (
	newline     = []byte{'\n'}
	messageType = []byte("message")
)

// maxOrigin is the longest origin that is read, in bytes. Every position is
// shorter.
const maxOrigin = 64

// startField sets the field for the name of the line. Names are case-sensitive:
// "Data" is not "data".
func (p *parser) startField() {
	switch string(p.name) {
	case "":
		p.field = commentField
	case "data":
		p.field = dataField
		if p.dataLines++; p.dataLines > 1 {
			p.addData(newline)
		}
	case "event":
		p.field = eventField
	case "id":
		p.field, p.nul = idField, false
	case "retry":
		p.field, p.number, p.digits = retryField, 0, false
	case "origin":
		p.field = originField
	default:
		p.field = unknownField
	}
}

// addToValue adds bytes to the field's value.
func (p *parser) addToValue(b []byte) {
	switch p.field {
	case dataField:
		p.addData(b)
	case idField:
		if bytes.IndexByte(b, 0) >= 0 {
			p.nul = true
		}
		p.addText("id", b, p.maxID())
	case eventField:
		p.addText("type", b, p.maxType())
	case tooLongField:
		p.countTooLong(int64(len(b)))
	case originField:
		p.value = append(p.value, b[:min(len(b), maxOrigin+1-min(maxOrigin+1, len(p.value)))]...)
	case retryField:
		p.addDigits(b)
	}
}

// addText adds to the value of an "id" or "type", and discards the event if the
// value exceeds its limit.
func (p *parser) addText(name string, b []byte, limit int) {
	if len(p.value)+len(b) <= limit {
		p.value = append(p.value, b...)
		return
	}
	if name == "id" {
		p.newID, p.hasID = p.newID[:0], false // the last of several ids counts, and this one is not usable
	}
	p.discard(name)
	size := int64(len(p.value) + len(b))
	p.value, p.field = nil, unknownField
	if p.tooLong == name {
		p.field = tooLongField
		p.countTooLong(size)
	}
}

// addDigits adds to a reconnection time. The standard ignores a value with
// anything but ASCII digits.
func (p *parser) addDigits(b []byte) {
	for _, c := range b {
		switch {
		case p.number < 0:
		case c < '0' || c > '9':
			p.number = -1
		case p.number > (math.MaxInt64-9)/10:
			p.number = math.MaxInt64
		default:
			p.number = p.number*10 + int64(c-'0')
		}
	}
	p.digits = p.digits || len(b) > 0
}

// addData adds to the data buffer. Over the limit it only counts bytes.
func (p *parser) addData(b []byte) {
	p.dataSize += int64(len(b))
	if p.discarded {
		return
	}
	if p.dataSize > int64(p.maxEvent()) {
		p.discard("")
		return
	}
	p.data = append(p.data, b...)
}

// maxID and maxType are the longest id and type, in bytes, as for a publisher.
// The id is sent back in a request header, and servers refuse long headers. An
// event with a longer id is left out and the last event ID stays unchanged. The
// feed then resumes before that event: messages may arrive twice, but none is
// lost.
func (p *parser) maxID() int   { return min(p.maxEvent(), wire.MaxID) }
func (p *parser) maxType() int { return min(p.maxEvent(), wire.MaxType) }

// discard drops the event because of its "id" or "type", or "" for its data. From
// here on its bytes are only counted.
func (p *parser) discard(name string) {
	if !p.discarded {
		p.discarded, p.data, p.tooLong = true, nil, name
		if name == "" {
			p.overLimit()
		}
	}
}

// countTooLong counts bytes of an id or type over its limit. When the count
// exceeds the limit of an event, it reports that.
func (p *parser) countTooLong(n int64) {
	before, limit := p.tooLongSize, int64(p.maxEvent())
	if p.tooLongSize += n; before <= limit && p.tooLongSize > limit {
		p.overLimit()
	}
}

// size returns the size of the data, or of the field that exceeded its limit.
func (p *parser) size() int64 {
	if p.tooLong != "" {
		return p.tooLongSize
	}
	return p.dataSize
}

// endLine interprets the line and reports whether p.event is a new event. An
// empty line dispatches the event.
func (p *parser) endLine() (found bool) {
	if !p.started {
		return p.dispatch()
	}
	if p.field == unnamed {
		p.startField() // the whole line is the field's name, its value empty
	}
	switch p.field {
	case commentField:
		p.comment()
	case eventField:
		p.typ = append(p.typ[:0], p.value...)
	case idField:
		if !p.nul {
			p.newID, p.hasID = append(p.newID[:0], p.value...), true
		}
	case retryField:
		if p.number >= 0 && p.digits {
			p.eventRetry = p.number
			p.retry(p.number)
		}
	case originField:
		p.setOrigin(string(p.value))
	}
	p.field, p.name, p.value = unnamed, p.name[:0], reuse(p.value)
	p.started, p.skipSpace = false, false
	return false
}

// setOrigin reads the origin field of a Signalbox. In an event it is the position
// at which the message was first published (wire.AppendFrame). At the beginning
// of the stream it is the epoch of the server's journal (wire.AppendOpening).
func (p *parser) setOrigin(value string) {
	if len(value) > maxOrigin {
		return
	}
	if _, ok := live.ParsePosition(value); ok {
		p.origin = append(p.origin[:0], value...)
	} else if _, ok := live.ParsePosition(value + ".1"); ok {
		p.peer = value
		p.server(value)
	}
}

// eventOrigin returns the origin of the event: its origin field, or its id if the
// id is a position of the server's journal.
func (p *parser) eventOrigin() []byte {
	if len(p.origin) > 0 || p.peer == "" || !p.hasID {
		return p.origin
	}
	if at, ok := live.ParsePosition(string(p.newID)); ok && at.Epoch == p.peer {
		return p.newID
	}
	return nil
}

// dispatch follows the standard's steps for a blank line (9.2.6, "dispatch the
// event"). The last event ID changes even if no event is dispatched.
func (p *parser) dispatch() (found bool) {
	defer p.reset()
	p.event = rawEvent{retry: p.eventRetry, size: p.size(), overlong: p.tooLong}
	changed := false
	if p.hasID {
		if id, fits := replaceInvalidUTF8(p.newID, p.maxID()); fits {
			changed = !bytes.Equal(id, p.lastEventID)
			p.lastEventID = append(p.lastEventID[:0], id...)
			p.event.hasID = len(p.lastEventID) > 0
		} else if !p.discarded {
			p.discarded, p.event.overlong, p.event.size = true, "id", int64(len(p.newID))
		}
	}
	p.event.lastEventID = p.lastEventID
	if p.dataLines == 0 { // also if the id or the type was too long
		p.event.kind = IDOnly
		return changed
	}
	typ, typeFits := replaceInvalidUTF8(p.typ, p.maxType())
	data, dataFits := replaceInvalidUTF8(p.data, p.maxEvent())
	if p.discarded || !typeFits || !dataFits {
		p.event.kind = TooLarge
		if !p.discarded && !typeFits {
			p.event.overlong, p.event.size = "type", int64(len(p.typ))
		}
		return true
	}
	if len(typ) == 0 {
		typ = messageType
	}
	p.event.typ, p.event.data, p.event.origin = typ, data, p.eventOrigin()
	return true
}

// reset prepares for the next event. The buffers keep their contents until
// then: p.event points into them.
func (p *parser) reset() {
	p.dataLines, p.dataSize, p.discarded = 0, 0, false
	p.tooLong, p.tooLongSize = "", 0
	p.data, p.typ, p.newID, p.origin = reuse(p.data), reuse(p.typ), reuse(p.newID), p.origin[:0]
	p.hasID, p.eventRetry = false, -1
}

// reuse returns b without its contents, or nil if it is too large to keep.
func reuse(b []byte) []byte {
	if cap(b) > maxReused {
		return nil
	}
	return b[:0]
}
