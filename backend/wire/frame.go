package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// Frame returns a message as it goes on the wire, with the blank line that
// dispatches it; nil for a note, which is for Signalbox's own screens only.
func Frame(epoch string, m *live.Message) []byte {
	// Two line breaks in three bytes of data are rare; append grows it then.
	return AppendFrame(make([]byte, 0, len(m.Data)+len(m.Type)+len(m.ID)+64), epoch, m)
}

// AppendFrame appends what Frame returns to b.
func AppendFrame(b []byte, epoch string, m *live.Message) []byte {
	switch m.Kind {
	case live.NoteKind:
		return b
	case live.GapKind:
		b = append(b, "event: gap\n"...)
		b = appendOrigin(b, epoch, m)
		b = appendData(b, m.Data)
		return append(b, '\n')
	}
	if m.Type != "" && m.Type != "message" {
		b = append(b, "event: "...)
		b = append(b, m.Type...)
		b = append(b, '\n')
	}
	b = append(b, "id: "...)
	if chosen(epoch, m) {
		b = append(b, m.ID...)
		b = append(b, '\n')
		b = appendOrigin(b, epoch, m)
	} else {
		b = live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
		b = append(b, '\n')
		if m.Origin != "" {
			b = appendOrigin(b, epoch, m)
		}
	}
	if m.Retry != nil {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, *m.Retry, 10)
		b = append(b, '\n')
	}
	b = appendData(b, m.Data)
	return append(b, '\n')
}

// appendOrigin appends the field that says where a message was first published,
// so that it is recognised when it comes home, over whatever other Signalboxes.
// Every conforming client ignores a field that it does not know (HTML, 9.2.6).
// It is left out where the id is the position itself; see AppendOpening.
func appendOrigin(b []byte, epoch string, m *live.Message) []byte {
	b = append(b, "origin: "...)
	if m.Origin != "" {
		b = append(b, m.Origin...)
	} else {
		b = live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
	}
	return append(b, '\n')
}

// AppendOpening appends what a stream begins with: the reconnection time, and
// the epoch of this journal, which makes ids that are positions in it origins.
func AppendOpening(b []byte, epoch string, retry int64) []byte {
	b = AppendRetry(b, retry)
	b = append(b, "origin: "...)
	b = append(b, epoch...)
	return append(b, '\n')
}

// AppendGap appends a gap that is not in the journal: what one client in
// particular has missed. Without an id, so that the client goes on resuming
// from what it has really read.
func AppendGap(b []byte, g *live.Gap) []byte {
	text, err := json.Marshal(g)
	if err != nil {
		panic(err) // a Gap holds texts, times and a number
	}
	b = append(b, "event: gap\n"...)
	b = appendData(b, string(text))
	return append(b, '\n')
}

// AppendRetry appends a reconnection time in milliseconds. There is no blank
// line behind it: the standard needs none (HTML, 9.2.6, "retry"), and some
// clients report an event at every blank line.
func AppendRetry(b []byte, ms int64) []byte {
	b = append(b, "retry: "...)
	b = strconv.AppendInt(b, ms, 10)
	return append(b, '\n')
}

// appendData appends a data line for each line of the text, one at least: an
// event without any would not be dispatched.
func appendData(b []byte, text string) []byte {
	// Channels have no CR in their data, and feeds neither. Where somebody else
	// wrote one into the database, it must not begin a field of its own.
	text = lines(text)
	for {
		b = append(b, "data: "...)
		i := strings.IndexByte(text, '\n')
		if i < 0 {
			b = append(b, text...)
			return append(b, '\n')
		}
		b = append(b, text[:i+1]...)
		text = text[i+1:]
	}
}
