package export

import (
	"strconv"
	"strings"
	"time"

	"signalbox/backend/live"
)

type sse struct{ opt Options }

func (s *sse) Begin(b []byte) []byte {
	b = append(b, ": Messages exported by Signalbox"...)
	if s.opt.About != "" {
		b = append(b, ". "...)
		b = append(b, oneLine(s.opt.About)...)
	}
	return append(b, '\n')
}

// Message writes a frame behind a comment that says when and of which source it
// was received.
func (s *sse) Message(b []byte, source string, m *live.Message) []byte {
	position := live.Position{Epoch: s.opt.Epoch, Number: m.Number}
	b = append(b, ": "...)
	b = m.Received.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, ' ')
	b = position.AppendTo(b)
	b = append(b, ' ')
	b = append(b, oneLine(source)...)
	switch m.Kind {
	case live.NoteKind:
		b = append(b, ", note: "...)
		b = append(b, oneLine(remarkOf(m).Reason)...)
		return append(b, '\n')
	case live.GapKind:
		b = append(b, "\nevent: gap\n"...)
		return append(appendField(b, "data", m.Data), '\n')
	}
	b = append(b, '\n')
	if m.Type != "" && m.Type != "message" {
		b = appendField(b, "event", oneLine(m.Type))
	}
	b = append(b, "id: "...)
	// A client ignores an id with a NUL, and would keep the one before it.
	if m.ID != "" && !strings.ContainsAny(m.ID, "\r\n\x00") {
		b = append(b, m.ID...)
	} else {
		b = position.AppendTo(b)
	}
	b = append(b, '\n')
	if m.Retry != nil {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, *m.Retry, 10)
		b = append(b, '\n')
	}
	return append(appendField(b, "data", m.Data), '\n')
}

func (s *sse) End(b []byte, sum Summary) []byte {
	b = append(b, ": complete, "...)
	b = strconv.AppendInt(b, sum.Messages, 10)
	b = append(b, " messages, up to "...)
	b = sum.Through.AppendTo(b)
	return append(b, '\n')
}

// appendField appends a field for each line of a text.
func appendField(b []byte, name, text string) []byte {
	if strings.IndexByte(text, '\r') >= 0 {
		// Signalbox stores no CR. Another program may have, and the text after it must
		// not become a field.
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	}
	for line := range strings.SplitSeq(text, "\n") {
		b = append(b, name...)
		b = append(b, ": "...)
		b = append(b, line...)
		b = append(b, '\n')
	}
	return b
}
