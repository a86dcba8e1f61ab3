package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"signalbox/backend/live"
)

// A messageParser parses messages in JSON: {"event","id","data","retry","again"}. It is
// stricter than encoding/json, which uses the last of two fields with the same name and
// replaces invalid Unicode without an error.
//
// It appends all texts to one builder, and the drafts refer to parts of it: a request
// of many messages needs one allocation for all texts.
type messageParser struct {
	texts strings.Builder
	event string // the last event type; the next message often has the same
}

// parse parses one message. It returns errors of eachMember unchanged.
func (p *messageParser) parse(text []byte) (live.Draft, error) {
	d := live.Draft{Once: true}
	var seen uint8 // a bit for each field
	err := eachMember(text, func(quoted, value []byte) (err error) {
		name := quoted[1 : len(quoted)-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name = unquote(quoted)
		}
		var bit uint8
		switch string(name) {
		case "event":
			bit = 1 << 0
			if d.Type, err = p.eventType(value); err == nil {
				p.event = d.Type
			}
		case "id":
			bit = 1 << 1
			d.ID, err = p.text("id", value)
		case "data":
			bit = 1 << 2
			d.Data, err = p.data(value)
		case "retry":
			bit = 1 << 3
			d.Retry, err = retryTime(value)
		case "again":
			bit = 1 << 4
			switch string(value) {
			case "true":
				d.Once = false
			case "false", "null":
			default:
				err = badAgain()
			}
		default:
			err = unknownField(strings.ToValidUTF8(string(name), "\uFFFD"))
		}
		if seen&bit != 0 {
			return duplicateField(string(name))
		}
		seen |= bit
		return err
	})
	if err == nil && seen&(1<<2) == 0 {
		err = noData()
	}
	if err != nil {
		return live.Draft{}, err
	}
	return d, nil
}

// unquote returns the text of a JSON string that may have escapes.
func unquote(quoted []byte) []byte {
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil {
		panic(err) // eachMember has checked the grammar
	}
	return []byte(s)
}

// eventType reads the event type. If it equals the last event type, eventType returns
// the same string.
func (p *messageParser) eventType(value []byte) (string, error) {
	if n := len(p.event); n > 0 && len(value) == n+2 && value[0] == '"' && string(value[1:n+1]) == p.event && bytes.IndexByte(value, '\\') < 0 {
		return p.event, nil
	}
	return p.text("event", value)
}

// text reads a string. null means an empty string.
func (p *messageParser) text(field string, value []byte) (string, error) {
	if string(value) == "null" {
		return "", nil
	}
	if value[0] != '"' {
		return "", ofField(field, live.Errorf("bad_field/no_text", "The field \"{field}\" is not a text.", "field", field).
			WithHint("Put it in quotation marks."))
	}
	from := p.texts.Len()
	if !utf8.Valid(value) || !p.unescape(value[1:len(value)-1]) {
		return "", notUnicode(field)
	}
	return p.texts.String()[from:], nil
}

// data returns the text of a string, or the JSON of any other value without the
// whitespace between its tokens.
func (p *messageParser) data(value []byte) (string, error) {
	if value[0] == '"' {
		s, err := p.text("data", value)
		return unifyLineBreaks(s), err
	}
	if !utf8.Valid(value) {
		return "", notUnicode("data")
	}
	from := p.texts.Len()
	p.compact(value)
	return p.texts.String()[from:], nil
}

// compact appends a JSON value without the whitespace between its tokens.
func (p *messageParser) compact(value []byte) {
	from := 0
	for i := 0; i < len(value); {
		switch value[i] {
		case '"':
			i = stringEnd(value, i)
		case ' ', '\t', '\r', '\n':
			p.texts.Write(value[from:i])
			i++
			from = i
		default:
			i++
		}
	}
	p.texts.Write(value[from:])
}

// unescape appends the text of a JSON string without its quotation marks. It reports
// false if an escape is one half of a surrogate pair, which encoding/json would replace
// by U+FFFD.
func (p *messageParser) unescape(s []byte) bool {
	for {
		i := bytes.IndexByte(s, '\\')
		if i < 0 {
			p.texts.Write(s)
			return true
		}
		p.texts.Write(s[:i])
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := hex4(s)
			s = s[4:]
			if utf16.IsSurrogate(r) {
				if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
					return false
				}
				if r = utf16.DecodeRune(r, hex4(s[2:])); r == utf8.RuneError {
					return false
				}
				s = s[6:]
			}
			p.texts.WriteRune(r)
			continue
		}
		p.texts.WriteByte(c)
	}
}

func retryTime(value []byte) (*int64, error) {
	if string(value) == "null" {
		return nil, nil
	}
	ms, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return nil, badRetry()
	}
	return &ms, nil
}

func notUnicode(field string) error {
	return ofField(field, live.Errorf("bad_field/unicode", "The field \"{field}\" is not valid UTF-8, or holds half of a surrogate pair.", "field", field).
		WithHint("SSE carries text in UTF-8 only. Send other bytes as Base64."))
}
