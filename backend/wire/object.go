package wire

import (
	"bytes"
	"encoding/json"
	"errors"

	"signalbox/backend/live"
)

// A Member is one field of a JSON object. Its value is a part of the text of the
// object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// maxMembers is the greatest number of fields of an object. Each name is compared with
// all names before it; a million names would take minutes.
const maxMembers = 1000

// Members reads a JSON object that is the whole body. If the JSON is invalid, the
// error includes the line and the column. A duplicate name is an error too.
func Members(body []byte) ([]Member, error) {
	var members []Member
	err := eachMember(body, func(name, value []byte) error {
		m := Member{Value: json.RawMessage(value[:len(value):len(value)])}
		if err := json.Unmarshal(name, &m.Name); err != nil {
			return err
		}
		for _, other := range members {
			if other.Name == m.Name {
				return duplicateField(m.Name)
			}
		}
		if members = append(members, m); len(members) > maxMembers {
			return live.Errorf("bad_json/fields", "The object has more than {max} fields.", "max", maxMembers)
		}
		return nil
	})
	if err != nil {
		return nil, describeJSONError(body, err, false)
	}
	return members, nil
}

func duplicateField(name string) error {
	return live.Errorf("bad_json/twice", "The field \"{field}\" is there twice.", "field", name).WithField(name)
}

var (
	errBrokenJSON = errors.New("the JSON is broken")
	errNoObject   = errors.New("the JSON is no object")
)

// eachMember calls field with the name and the value of each member of a JSON object.
// The name is a JSON string with its quotation marks. eachMember returns the first
// error of field. It returns errBrokenJSON if the JSON is invalid up to that point, or
// if text follows the object.
func eachMember(text []byte, field func(name, value []byte) error) error {
	i := skipSpace(text, 0)
	if i == len(text) {
		return errBrokenJSON
	}
	if text[i] != '{' {
		return errNoObject
	}
	i = skipSpace(text, i+1)
	if i < len(text) && text[i] == '}' {
		return nothingBehind(text, i+1)
	}
	for {
		name := i
		if i = stringEnd(text, i); i < 0 {
			return errBrokenJSON
		}
		nameEnd := i
		if i = skipSpace(text, i); i >= len(text) || text[i] != ':' {
			return errBrokenJSON
		}
		value := skipSpace(text, i+1)
		if i = valueEnd(text, value, 1); i < 0 {
			return errBrokenJSON
		}
		if err := field(text[name:nameEnd], text[value:i]); err != nil {
			return err
		}
		if i = skipSpace(text, i); i >= len(text) {
			return errBrokenJSON
		}
		switch text[i] {
		case ',':
			i = skipSpace(text, i+1)
		case '}':
			return nothingBehind(text, i+1)
		default:
			return errBrokenJSON
		}
	}
}

func nothingBehind(text []byte, i int) error {
	if skipSpace(text, i) < len(text) {
		return errBrokenJSON
	}
	return nil
}

// describeJSONError turns an error of eachMember into one for the sender. If the JSON
// is invalid anywhere, the error is about that. line is whether the text is one line of
// several; the caller then adds the number of the line.
func describeJSONError(text []byte, err error, line bool) error {
	if broken := json.Unmarshal(text, new(json.RawMessage)); broken != nil {
		return syntaxError(text, broken, line)
	}
	switch {
	case !errors.Is(err, errNoObject):
		return err
	case line:
		return live.Errorf("bad_json/line_no_object", "The line is JSON but not an object.").WithHint(`Send an object such as {"data":"Hello"}.`)
	}
	return live.Errorf("bad_json/no_object", "The body is JSON but not an object.").WithHint(`Send an object such as {"data":"Hello"}.`)
}

// syntaxError returns the error about the first mistake in JSON, with its position in
// the text.
func syntaxError(text []byte, err error, line bool) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return live.Errorf("bad_json/empty", "The body is empty.").WithHint(`Send an object such as {"data":"Hello"}.`)
	}
	at, early := len(text), true
	if s, ok := errors.AsType[*json.SyntaxError](err); ok && s.Error() != "unexpected end of JSON input" {
		at, early = max(int(s.Offset)-1, 0), false
	}
	before := text[:min(at, len(text))]
	row := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	var e *live.Error
	switch {
	case line && early:
		e = live.Errorf("bad_json/line_ends", "The JSON is broken at column {column}: it ends too early.", "column", column)
	case line:
		e = live.Errorf("bad_json/line_syntax", "The JSON is broken at column {column}: {reason}.", "column", column, "reason", err)
	case early:
		e = live.Errorf("bad_json/ends", "The JSON is broken at line {line}, column {column}: it ends too early.", "line", row, "column", column)
	default:
		e = live.Errorf("bad_json/syntax", "The JSON is broken at line {line}, column {column}: {reason}.", "line", row, "column", column, "reason", err)
	}
	return e.WithCause(err)
}
