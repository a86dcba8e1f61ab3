package wire

import (
	"encoding/json"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// Frame returns the SSE frame of a message, with the blank line at which a client
// dispatches the event. A note has no frame: only Signalbox's own screens show it.
func Frame(epoch string, m *live.Message) []byte {
	// 64 bytes for the field names. Data of many short lines needs more, and append
	// grows the frame then.
	return AppendFrame(make([]byte, 0, len(m.Data)+len(m.Type)+len(m.ID)+64), epoch, m)
}

// AppendFrame appends the frame of a message to b. See Frame.
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

// appendOrigin appends the field origin: the position of the message in the journal
// that first published it. A Signalbox recognises its own messages by it if they come
// back through other servers. Conforming clients ignore unknown fields (HTML, 9.2.6).
// A frame with the position as id needs no origin; see AppendOpening.
func appendOrigin(b []byte, epoch string, m *live.Message) []byte {
	b = append(b, "origin: "...)
	if m.Origin != "" {
		b = append(b, m.Origin...)
	} else {
		b = live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
	}
	return append(b, '\n')
}

// AppendOpening appends the beginning of a stream: the reconnection time in
// milliseconds, and the epoch of this journal as origin. It means that ids of that
// epoch are the origins of their messages.
func AppendOpening(b []byte, epoch string, reconnectionMS int64) []byte {
	b = AppendRetry(b, reconnectionMS)
	b = append(b, "origin: "...)
	b = append(b, epoch...)
	return append(b, '\n')
}

// AppendGap appends a gap for one client that is not in the journal. It has no id, so
// that the client resumes after the last message that it has read.
func AppendGap(b []byte, g *live.Gap) []byte {
	text, err := json.Marshal(g)
	if err != nil {
		panic(err) // a Gap holds texts, times and a number
	}
	b = append(b, "event: gap\n"...)
	b = appendData(b, string(text))
	return append(b, '\n')
}

// AppendRetry appends the field retry with a reconnection time in milliseconds. No
// blank line follows: the standard does not require one (HTML, 9.2.6, "retry"), and
// some clients report an event at every blank line.
func AppendRetry(b []byte, ms int64) []byte {
	b = append(b, "retry: "...)
	b = strconv.AppendInt(b, ms, 10)
	return append(b, '\n')
}

// appendData appends a data field for each line of the text, at least one: a
// client does not dispatch an event without data.
func appendData(b []byte, text string) []byte {
	// Signalbox never stores a CR. Another program may have written one into the
	// database, and the text after it must not become a field.
	text = unifyLineBreaks(text)
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
