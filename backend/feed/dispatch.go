package feed

import (
	"bytes"
	"math"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// open looks what field the name stands for. Names are compared as they are:
// "Data" is not "data".
func (p *parser) open() {
	switch string(p.name) {
	case "":
		p.field = commentField
	case "data":
		p.field = dataField
		if p.lines++; p.lines > 1 {
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

// take takes bytes of the field's value.
func (p *parser) take(b []byte) {
	switch p.field {
	case dataField:
		p.addData(b)
	case eventField, idField:
		if p.field == idField && bytes.IndexByte(b, 0) >= 0 {
			p.nul = true
		}
		what, most := "id", p.mostID()
		if p.field == eventField {
			what, most = "type", p.mostType()
		}
		if len(p.value)+len(b) > most {
			if what == "id" {
				p.newID, p.hasID = p.newID[:0], false // the last one counts, and this is none
			}
			p.tooLarge(what)
			size := int64(len(p.value) + len(b))
			p.value, p.field = nil, unknownField
			if p.large == what {
				p.field = longField
				p.addLong(size)
			}
			return
		}
		p.value = append(p.value, b...)
	case longField:
		p.addLong(int64(len(b)))
	case originField:
		// What is longer is no position.
		p.value = append(p.value, b[:min(len(b), longestOrigin+1-min(longestOrigin+1, len(p.value)))]...)
	case retryField:
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
}

// addData adds to the data buffer, or only counts what is over the limit.
func (p *parser) addData(b []byte) {
	p.dataSize += int64(len(b))
	if p.tooBig {
		return
	}
	if p.dataSize > int64(p.max()) {
		p.tooLarge("")
		return
	}
	p.data = append(p.data, b...)
}

// mostID and mostType are how long an id and a type may be, in bytes: as long
// as a publisher's. An id comes back in the head of a request, and servers
// refuse long heads. An event with a longer one is left out, and the last event
// ID stays as it was: the feed then resumes from before that event, so that
// something comes twice and nothing is lost.
func (p *parser) mostID() int   { return min(p.max(), wire.MaxID) }
func (p *parser) mostType() int { return min(p.max(), wire.MaxType) }

// tooLarge lets go of the event because of its "id", its "type" or, where what
// is empty, its data: from here on it is only counted.
func (p *parser) tooLarge(what string) {
	if !p.tooBig {
		p.tooBig, p.data, p.large = true, nil, what
		if what == "" {
			p.over()
		}
	}
}

// addLong counts bytes of an id or type that is too long. Where they are as
// many as of an event over the limit, they take as long to come.
func (p *parser) addLong(n int64) {
	before, most := p.longSize, int64(p.max())
	if p.longSize += n; before <= most && p.longSize > most {
		p.over()
	}
}

// size returns how large the event was in what went over the limit.
func (p *parser) size() int64 {
	if p.large != "" {
		return p.longSize
	}
	return p.dataSize
}

// endLine interprets the line. An empty one dispatches the event.
func (p *parser) endLine() (found bool) {
	if !p.started {
		return p.dispatch()
	}
	if p.field == naming {
		p.open() // the whole line is the field's name, its value empty
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
			p.hasRetry = p.number
			p.retry(p.number)
		}
	case originField:
		p.takeOrigin(string(p.value))
	}
	p.field, p.name, p.value = naming, p.name[:0], spare(p.value)
	p.started, p.space = false, false
	return false
}

// longestOrigin is more than any position has, in bytes.
const longestOrigin = 64

// takeOrigin takes the field with which a Signalbox says where a message was
// first published (wire.AppendFrame) or, at the beginning of the stream, which
// journal its ids belong to (wire.AppendOpening).
func (p *parser) takeOrigin(value string) {
	if _, ok := live.ParsePosition(value); ok && len(value) <= longestOrigin {
		p.origin = append(p.origin[:0], value...)
	} else if _, ok := live.ParsePosition(value + ".1"); ok && len(value) <= longestOrigin {
		p.peer = value
		p.server(value)
	}
}

// originOf returns the origin of the event: what it says or, where its id is a
// position of the server, that.
func (p *parser) originOf() []byte {
	if len(p.origin) > 0 || p.peer == "" || !p.hasID {
		return p.origin
	}
	if at, ok := live.ParsePosition(string(p.newID)); ok && at.Epoch == p.peer {
		return p.newID
	}
	return nil
}

// dispatch is what the standard does at a blank line (9.2.6, "dispatch the
// event"). The last event ID changes even where nothing is dispatched.
func (p *parser) dispatch() (found bool) {
	defer p.reset()
	p.out = find{retry: p.hasRetry, size: p.size(), large: p.large}
	changed := false
	if p.hasID {
		if clean, fits := valid(p.newID, p.mostID()); fits {
			changed = !bytes.Equal(clean, p.last)
			p.last = append(p.last[:0], clean...)
			p.out.ownID = len(p.last) > 0
		} else if !p.tooBig {
			p.tooBig, p.out.large, p.out.size = true, "id", int64(len(p.newID))
		}
	}
	p.out.id = p.last
	if p.lines == 0 { // also where the id or the type was too long
		p.out.kind = anID
		return changed
	}
	typ, fits := valid(p.typ, p.mostType())
	text, fitsToo := valid(p.data, p.max())
	if p.tooBig || !fits || !fitsToo {
		p.out.kind = tooLarge
		if !p.tooBig && !fits {
			p.out.large, p.out.size = "type", int64(len(p.typ))
		}
		return true
	}
	if len(typ) == 0 {
		typ = message
	}
	p.out.typ, p.out.data, p.out.origin = typ, text, p.originOf()
	return true
}

// reset makes ready for the next event. The buffers stay as they are until
// then, for p.out points into them.
func (p *parser) reset() {
	p.lines, p.dataSize, p.tooBig = 0, 0, false
	p.large, p.longSize = "", 0
	p.data, p.typ, p.newID, p.origin = spare(p.data), spare(p.typ), spare(p.newID), p.origin[:0]
	p.hasID, p.hasRetry = false, -1
}

// spare returns a buffer for reuse, or lets go of one that became large.
func spare(b []byte) []byte {
	if cap(b) > keepBuffer {
		return nil
	}
	return b[:0]
}
