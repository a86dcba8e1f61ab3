package wire

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

// timeFormat is RFC 3339 with up to six decimals.
const timeFormat = "2006-01-02T15:04:05.999999Z07:00"

// AppendTime appends a time as a JSON string, in UTC.
func AppendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeFormat)
	return append(b, '"')
}

// AppendJSON appends a message in the form of docs/api.md. source is the name of its
// source. size is the full length of its data in bytes; m.Data may be a preview.
func AppendJSON(b []byte, epoch, source string, m *live.Message, size int) []byte {
	b = append(b, `{"position":"`...)
	b = live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
	b = append(b, `","source":`...)
	b = AppendString(b, source)
	b = append(b, `,"kind":"`...)
	b = append(b, m.Kind.String()...)
	b = append(b, '"')
	if m.Kind == live.Event {
		b = appendEvent(b, epoch, m, size)
	} else {
		b = append(b, ',', '"')
		b = append(b, m.Kind.String()...)
		b = append(b, `":`...)
		b = appendObject(b, m.Data)
	}
	if m.Connection != 0 {
		b = append(b, `,"connection":`...)
		b = strconv.AppendInt(b, m.Connection, 10)
	}
	b = append(b, `,"received":`...)
	b = AppendTime(b, m.Received)
	return append(b, '}')
}

func appendEvent(b []byte, epoch string, m *live.Message, size int) []byte {
	b = append(b, `,"event":`...)
	b = AppendString(b, m.Type)
	b = append(b, `,"id":`...)
	if chosen(epoch, m) {
		b = AppendString(b, m.ID)
	} else {
		b = append(b, '"')
		b = live.Position{Epoch: epoch, Number: m.Number}.AppendTo(b)
		b = append(b, '"')
	}
	if m.ID != "" {
		b = append(b, `,"own_id":`...)
		b = AppendString(b, m.ID)
	}
	b = append(b, `,"data":`...)
	b = AppendString(b, m.Data)
	b = append(b, `,"size":`...)
	b = strconv.AppendInt(b, int64(size), 10)
	if m.Cut || size > len(m.Data) {
		b = append(b, `,"cut":true`...)
	}
	if m.Retry != nil {
		b = append(b, `,"retry":`...)
		b = strconv.AppendInt(b, *m.Retry, 10)
	}
	return b
}

// appendObject appends the JSON object of a gap or a note. Another program may have
// changed the database, and one invalid row must not make the whole page invalid.
func appendObject(b []byte, text string) []byte {
	if !json.Valid([]byte(text)) {
		b = append(b, `{"code":"unreadable","reason":`...)
		b = AppendString(b, text)
		return append(b, '}')
	}
	return append(b, text...)
}

const hexDigits = "0123456789abcdef"

// AppendString appends a text as a JSON string. It does not escape HTML, because the
// JSON is never put into a page. A byte that is not UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			i++
			start = i
			continue
		}
		i += n
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
