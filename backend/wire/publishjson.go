package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// parseJSON reads {"event","id","data","retry"}. It is stricter than
// encoding/json, which takes the last of two fields of one name and quietly
// replaces what is not Unicode.
func parseJSON(body []byte) (live.Draft, error) {
	members, err := Members(body)
	if err != nil {
		return live.Draft{}, err
	}
	var d live.Draft
	hasData := false
	for _, m := range members {
		switch m.Name {
		case "event":
			d.Type, err = m.text()
		case "id":
			d.ID, err = m.text()
		case "data":
			d.Data, err = m.data()
			hasData = true
		case "retry":
			d.Retry, err = m.retry()
		default:
			err = unknownField(m.Name)
		}
		if err != nil {
			return live.Draft{}, err
		}
	}
	if !hasData {
		return live.Draft{}, noData()
	}
	return d, nil
}

// A Member is one field of a JSON object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Members reads a JSON object and nothing behind it. Its errors say where the
// JSON is broken, and name a field that is there twice.
func Members(body []byte) ([]Member, error) {
	var all json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, syntaxError(body, err)
	}
	dec := json.NewDecoder(bytes.NewReader(all))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, live.Errorf("bad_json", "The body is JSON but not an object.").WithHint(`Send an object such as {"data":"Hello"}.`)
	}
	var members []Member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, syntaxError(body, err)
		}
		m := Member{Name: name.(string)} // a name by the grammar, which was checked above
		if err := dec.Decode(&m.Value); err != nil {
			return nil, syntaxError(body, err)
		}
		for _, other := range members {
			if other.Name == m.Name {
				return nil, live.Errorf("bad_json", "The field %q is there twice.", m.Name).WithField(m.Name)
			}
		}
		members = append(members, m)
	}
	return members, nil
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
	if err == io.ErrUnexpectedEOF || why == "unexpected end of JSON input" {
		why = "it ends too early"
	}
	return live.Errorf("bad_json", "The JSON is broken at line %d, column %d: %s.", row, column, why).WithCause(err)
}

// text returns a string; null counts as absent.
func (m Member) text() (string, error) {
	if string(m.Value) == "null" {
		return "", nil
	}
	if m.Value[0] != '"' {
		return "", bad(m.Name, fmt.Sprintf("The field %q is not a text.", m.Name), "Put it in quotation marks.")
	}
	if err := m.checkText(); err != nil {
		return "", err
	}
	var s string
	err := json.Unmarshal(m.Value, &s)
	return s, err
}

// data returns a string's text, or any other value as it was sent, without
// the space between its parts.
func (m Member) data() (string, error) {
	if m.Value[0] == '"' {
		s, err := m.text()
		return lines(s), err
	}
	if i := invalid(string(m.Value)); i >= 0 {
		return "", notUnicode(m.Name)
	}
	var b bytes.Buffer
	err := json.Compact(&b, m.Value)
	return b.String(), err
}

func (m Member) retry() (*int64, error) {
	if string(m.Value) == "null" {
		return nil, nil
	}
	ms, err := strconv.ParseInt(string(m.Value), 10, 64)
	if err != nil {
		return nil, badRetry()
	}
	return &ms, nil
}

// checkText refuses what json.Unmarshal would replace by U+FFFD: bytes that
// are not UTF-8, and escapes of one half of a surrogate pair.
func (m Member) checkText() error {
	if invalid(string(m.Value)) >= 0 {
		return notUnicode(m.Name)
	}
	for s := string(m.Value); ; {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return nil
		}
		if s[i+1] != 'u' {
			s = s[i+2:]
			continue
		}
		first := escaped(s[i:])
		s = s[i+6:]
		switch {
		case first >= 0xDC00 && first < 0xE000:
			return notUnicode(m.Name)
		case first >= 0xD800 && first < 0xDC00:
			if second := escaped(s); second < 0xDC00 || second >= 0xE000 {
				return notUnicode(m.Name)
			}
			s = s[6:]
		}
	}
}

// escaped returns the number in an escape at the beginning of s, or -1.
func escaped(s string) int64 {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseInt(s[2:6], 16, 64)
	if err != nil {
		return -1
	}
	return n
}

func notUnicode(field string) error {
	return bad(field, fmt.Sprintf("The field %q is not valid UTF-8, or holds half of a surrogate pair.", field),
		"SSE carries text in UTF-8 only. Send other bytes as Base64.")
}
