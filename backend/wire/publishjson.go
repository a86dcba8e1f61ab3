package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"signalbox/backend/live"
)

// parseJSON reads {"event","id","data","retry","again"}. It is stricter than
// encoding/json, which takes the last of two fields of one name and quietly
// replaces what is not Unicode.
func parseJSON(body []byte) (live.Draft, error) {
	members, err := Members(body)
	if err != nil {
		return live.Draft{}, err
	}
	d := live.Draft{Once: true}
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
		case "again":
			switch string(m.Value) {
			case "true":
				d.Once = false
			case "false", "null":
			default:
				err = badAgain()
			}
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

// text returns a string; null counts as absent.
func (m Member) text() (string, error) {
	if string(m.Value) == "null" {
		return "", nil
	}
	if m.Value[0] != '"' {
		return "", bad(m.Name, fmt.Sprintf("The field %q is not a text.", m.Name), "Put it in quotation marks.")
	}
	quoted := string(m.Value)
	if invalid(quoted) >= 0 || halfPair(quoted) {
		return "", notUnicode(m.Name)
	}
	if !strings.Contains(quoted, `\`) {
		return quoted[1 : len(quoted)-1], nil
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

// halfPair reports whether a JSON string has an escape of one half of a
// surrogate pair, which json.Unmarshal would replace by U+FFFD.
func halfPair(s string) bool {
	for {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			return false
		}
		if s[i+1] != 'u' {
			s = s[i+2:]
			continue
		}
		first := escaped(s[i:])
		s = s[i+6:]
		switch {
		case first >= 0xDC00 && first < 0xE000:
			return true
		case first >= 0xD800 && first < 0xDC00:
			if second := escaped(s); second < 0xDC00 || second >= 0xE000 {
				return true
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
