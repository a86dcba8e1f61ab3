package filter

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"signalbox/backend/field"
	"signalbox/backend/filter/syntax"
)

// maxNesting is how deep objects and arrays may lie in each other; text that is
// deeper has no fields. It is the limit of encoding/json.
const maxNesting = 10000

// A jsonReader reads a text as JSON (RFC 8259), from the front and without a
// tree.
type jsonReader struct {
	text  string
	at    int
	depth int
	test  *fieldTest
	match bool // whether the test is true for a value
	// found, if it is not nil, is told each value for which the test is true, and of
	// an object or an array the name.
	found func(from, to int)
	name  [2]int // of the next value; empty in an array
}

// any reports whether the text is JSON with a value that the test selects. The
// text is read to its end: in broken JSON there is no field.
func (r *jsonReader) any() bool {
	r.space()
	if !r.value(r.test.Path, true) {
		return false
	}
	r.space()
	return r.at == len(r.text) && r.match
}

func (r *jsonReader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// value reads a value, and reports whether it is valid. wanted is whether path
// leads from here to values that are asked for.
func (r *jsonReader) value(path []syntax.Step, wanted bool) bool {
	if r.at == len(r.text) {
		return false
	}
	wanted = wanted && (!r.match || r.found != nil)
	start, kind := r.at, r.text[r.at]
	switch kind {
	case '{', '[':
		if wanted && len(path) == 0 {
			if r.test.value("", kind) {
				r.matched(r.name[0], r.name[1])
			}
			wanted = r.test.Op == syntax.Contains // then the values inside count
		}
		if r.depth++; r.depth > maxNesting {
			return false
		}
		ok := kind == '{' && r.object(path, wanted) || kind == '[' && r.array(path, wanted)
		r.depth--
		return ok
	case '"':
		if !r.string() {
			return false
		}
	case 't', 'f', 'n':
		word := map[byte]string{'t': "true", 'f': "false", 'n': "null"}[kind]
		if !strings.HasPrefix(r.text[r.at:], word) {
			return false
		}
		r.at += len(word)
	default:
		n := field.NumberLength(r.text[r.at:])
		if n == 0 {
			return false
		}
		r.at += n
	}
	if wanted && len(path) == 0 && r.test.value(r.text[start:r.at], kind) {
		r.matched(start, r.at)
	}
	return true
}

func (r *jsonReader) matched(from, to int) {
	r.match = true
	if r.found != nil && from < to {
		r.found(from, to)
	}
}

func (r *jsonReader) object(path []syntax.Step, wanted bool) bool {
	r.at++
	if r.space(); r.next('}') {
		return true
	}
	for {
		start := r.at
		if r.at == len(r.text) || r.text[r.at] != '"' || !r.string() {
			return false
		}
		name := r.text[start:r.at]
		if r.space(); !r.next(':') {
			return false
		}
		r.space()
		r.name = [2]int{start, start + len(name)}
		into, rest := wanted, path
		if len(path) > 0 {
			into = wanted && (path[0].All || path[0].Index < 0 && compareString(name, path[0].Name) == 0)
			rest = path[1:]
		}
		if !r.value(rest, into) {
			return false
		}
		if r.space(); r.next('}') {
			return true
		}
		if !r.next(',') {
			return false
		}
		r.space()
	}
}

func (r *jsonReader) array(path []syntax.Step, wanted bool) bool {
	r.at++
	if r.space(); r.next(']') {
		return true
	}
	for i := 0; ; i++ {
		r.name = [2]int{}
		into, rest := wanted, path
		if len(path) > 0 {
			into = wanted && (path[0].All || path[0].Index == i)
			rest = path[1:]
		}
		if !r.value(rest, into) {
			return false
		}
		if r.space(); r.next(']') {
			return true
		}
		if !r.next(',') {
			return false
		}
		r.space()
	}
}

// next skips c, and reports whether it was there.
func (r *jsonReader) next(c byte) bool {
	if r.at == len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

// string reads a string, and reports whether it is valid.
func (r *jsonReader) string() bool {
	s := r.text
	for i := r.at + 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			r.at = i + 1
			return true
		case c < ' ':
			return false
		case c == '\\':
			i++
			if i == len(s) {
				return false
			}
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if len(s)-i < 5 || !isHex(s[i+1:i+5]) {
					return false
				}
				i += 4
			default:
				return false
			}
		}
	}
	return false
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := lowerByte(s[i]); (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// compareString compares a JSON string, with its quotation marks, with a text.
func compareString(json, text string) int {
	json = json[1 : len(json)-1]
	for json != "" {
		if json[0] != '\\' {
			if text == "" {
				return 1
			}
			if json[0] != text[0] {
				return int(json[0]) - int(text[0])
			}
			json, text = json[1:], text[1:]
			continue
		}
		var buffer [utf8.UTFMax]byte
		r, n := escape(json)
		part := buffer[:utf8.EncodeRune(buffer[:], r)]
		if c := strings.Compare(string(part), text[:min(len(part), len(text))]); c != 0 {
			return c
		}
		json, text = json[n:], text[len(part):]
	}
	return -len(text)
}

// decode returns the text of a JSON string, with its quotation marks.
func decode(json string) string {
	json = json[1 : len(json)-1]
	if strings.IndexByte(json, '\\') < 0 {
		return json
	}
	var b strings.Builder
	for json != "" {
		if json[0] != '\\' {
			n := strings.IndexByte(json, '\\')
			if n < 0 {
				n = len(json)
			}
			b.WriteString(json[:n])
			json = json[n:]
			continue
		}
		r, n := escape(json)
		b.WriteRune(r)
		json = json[n:]
	}
	return b.String()
}

// escape returns the character of the escape at the beginning of s, and its
// length. Half of a surrogate pair is U+FFFD.
func escape(s string) (rune, int) {
	switch s[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r := hex(s[2:6])
		if utf16.IsSurrogate(r) {
			if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
				if pair := utf16.DecodeRune(r, hex(s[8:12])); pair != utf8.RuneError {
					return pair, 12
				}
			}
			r = utf8.RuneError
		}
		return r, 6
	}
	return rune(s[1]), 2
}

func hex(s string) rune {
	n, _ := strconv.ParseUint(s, 16, 16) // jsonReader.string has tested it
	return rune(n)
}
