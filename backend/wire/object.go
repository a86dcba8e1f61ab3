package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"signalbox/backend/live"
)

// A Member is one field of a JSON object. Its value is a part of the text
// that it was read from.
type Member struct {
	Name  string
	Value json.RawMessage
}

// maxMembers is the most fields of an object. Each is compared with all before
// it, so that a million of them would take minutes.
const maxMembers = 1000

// Members reads a JSON object and nothing behind it. Its errors say where the
// JSON is broken, and name a field that is there twice.
//
// The grammar is checked first; what follows can rely on it, and is several
// times as fast as a json.Decoder.
func Members(body []byte) ([]Member, error) {
	if !json.Valid(body) {
		return nil, syntaxError(body, json.Unmarshal(body, new(json.RawMessage)))
	}
	rest := space(body)
	if rest[0] != '{' {
		return nil, live.Errorf("bad_json", "The body is JSON but not an object.").WithHint(`Send an object such as {"data":"Hello"}.`)
	}
	var members []Member
	for rest = space(rest[1:]); rest[0] != '}'; rest = space(rest) {
		if rest[0] == ',' {
			rest = space(rest[1:])
		}
		var m Member
		n := valueEnd(rest)
		if err := json.Unmarshal(rest[:n], &m.Name); err != nil {
			return nil, syntaxError(body, err)
		}
		rest = space(space(rest[n:])[1:]) // the colon
		n = valueEnd(rest)
		m.Value, rest = json.RawMessage(rest[:n:n]), rest[n:]
		for _, other := range members {
			if other.Name == m.Name {
				return nil, live.Errorf("bad_json", "The field %q is there twice.", m.Name).WithField(m.Name)
			}
		}
		if members = append(members, m); len(members) > maxMembers {
			return nil, live.Errorf("bad_json", "The object has more than %d fields.", maxMembers)
		}
	}
	return members, nil
}

func space(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }

// valueEnd returns the length of the value at the beginning of b.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return i // of a number, true, false or null
			}
			depth--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(b)
}

// syntaxError says in words where JSON is broken.
func syntaxError(body []byte, err error) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return live.Errorf("bad_json", "The body is empty.").WithHint(`Send an object such as {"data":"Hello"}.`)
	}
	at := len(body)
	if s, ok := errors.AsType[*json.SyntaxError](err); ok && s.Error() != "unexpected end of JSON input" {
		at = max(int(s.Offset)-1, 0)
	}
	before := body[:min(at, len(body))]
	row := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
	why := strings.TrimPrefix(err.Error(), "json: ")
	if why == "unexpected end of JSON input" {
		why = "it ends too early"
	}
	return live.Errorf("bad_json", "The JSON is broken at line %d, column %d: %s.", row, column, why).WithCause(err)
}
