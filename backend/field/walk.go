package field

import (
	"encoding/json"
	"strings"
)

// A Kind is the type of a JSON value.
type Kind byte

// The types of values. Object and Array are reported before what is in them.
const (
	Object Kind = '{'
	Array  Kind = '['
	Text   Kind = '"'
	Number Kind = '0'
	Bool   Kind = 't'
	Null   Kind = 'n'
)

// maxDepth is how deep objects and arrays may lie in each other.
const maxDepth = 1000

// A Visitor is told the values of a text in their order.
type Visitor interface {
	// Value is told a value. raw is its text; empty for an Object or an Array, whose
	// values follow if it returns true, and are skipped otherwise.
	Value(kind Kind, raw string) (into bool)
	// Member and Element are told which value of the object or the array comes next.
	// name is the JSON of the name, with its quotation marks.
	Member(name string)
	Element(index int)
	// Leave is told that the object or the array ended whose values followed.
	Leave(kind Kind)
}

// Walk tells v the values of a text until it ends or stops being JSON, and reports
// whether all of it was JSON.
func Walk(text string, v Visitor) bool {
	w := walker{text: text, v: v}
	w.space()
	if !w.value(0, true) {
		return false
	}
	w.space()
	return w.at == len(text)
}

type walker struct {
	text string
	at   int
	v    Visitor
}

func (w *walker) space() {
	for w.at < len(w.text) && strings.IndexByte(" \t\n\r", w.text[w.at]) >= 0 {
		w.at++
	}
}

// value reads a value. told is whether the visitor wants to know it.
func (w *walker) value(depth int, told bool) bool {
	if w.at == len(w.text) || depth > maxDepth {
		return false
	}
	start, kind := w.at, Kind(w.text[w.at])
	switch kind {
	case Object, Array:
		told = told && w.v.Value(kind, "")
		w.at++
		if !w.many(kind, depth, told) {
			return false
		}
		if told {
			w.v.Leave(kind)
		}
		return true
	case Text:
		end := stringEnd(w.text, w.at)
		if end < 0 {
			return false
		}
		w.at = end
	case Bool, 'f', Null:
		word := map[Kind]string{Bool: "true", 'f': "false", Null: "null"}[kind]
		if !strings.HasPrefix(w.text[w.at:], word) {
			return false
		}
		w.at += len(word)
		if kind == 'f' {
			kind = Bool
		}
	default:
		w.at += NumberLength(w.text[w.at:])
		// A number at the end of a text that was cut may have more digits.
		if w.at == start || w.at == len(w.text) && depth > 0 {
			return false
		}
		kind = Number
	}
	if told {
		w.v.Value(kind, w.text[start:w.at])
	}
	return true
}

func (w *walker) many(kind Kind, depth int, told bool) bool {
	end := byte('}')
	if kind == Array {
		end = ']'
	}
	if w.space(); w.next(end) {
		return true
	}
	for i := 0; ; i++ {
		if kind == Object {
			start := w.at
			if w.at = stringEnd(w.text, w.at); w.at < 0 {
				return false
			}
			name := w.text[start:w.at]
			if w.space(); !w.next(':') {
				return false
			}
			w.space()
			if told {
				w.v.Member(name)
			}
		} else if told {
			w.v.Element(i)
		}
		if !w.value(depth+1, told) {
			return false
		}
		if w.space(); w.next(end) {
			return true
		}
		if !w.next(',') {
			return false
		}
		w.space()
	}
}

func (w *walker) next(c byte) bool {
	if w.at == len(w.text) || w.text[w.at] != c {
		return false
	}
	w.at++
	return true
}

// stringEnd returns the end of the string that begins at s[at], or -1.
func stringEnd(s string, at int) int {
	if at >= len(s) || s[at] != '"' {
		return -1
	}
	for i := at + 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return i + 1
		case s[i] < ' ':
			return -1
		case s[i] == '\\':
			i++
		}
	}
	return -1
}

// NumberLength returns the length of the JSON number at the beginning of s (RFC 8259,
// section 6); 0 if there is none.
func NumberLength(s string) int {
	digits := func(i int) int {
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if strings.HasPrefix(s, "-") {
		i = 1
	}
	whole := digits(i)
	if whole == i || whole > i+1 && s[i] == '0' {
		return 0
	}
	i = whole
	if i < len(s) && s[i] == '.' {
		if i = digits(whole + 1); i == whole+1 {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		from := i + 1
		if from < len(s) && (s[from] == '+' || s[from] == '-') {
			from++
		}
		if i = digits(from); i == from {
			return 0
		}
	}
	return i
}

// A Finder finds the values at some paths.
type Finder struct{ paths []Path }

// NewFinder returns a Finder for these paths.
func NewFinder(paths []Path) *Finder { return &Finder{paths} }

// Find returns the JSON of the value at each path: "" if there is none, and "{"
// or "[" for an object or an array. Of several members with the same name the
// last counts.
func (f *Finder) Find(text string) []string {
	s := search{paths: f.paths, found: make([]string, len(f.paths)), depths: make([]int, len(f.paths))}
	Walk(text, &s)
	return s.found
}

// A search is one call of Find. depths has for each path how many of its steps
// lead to where the search is.
type search struct {
	paths  []Path
	found  []string
	depths []int
	depth  int // of the objects and arrays around the next value
}

func (s *search) Value(kind Kind, raw string) bool {
	into := false
	for i, p := range s.paths {
		switch {
		case s.depths[i] != s.depth:
		case len(p) > s.depth:
			into = true
		case raw == "":
			s.found[i] = string(rune(kind))
		default:
			s.found[i] = raw
		}
	}
	if raw == "" && into {
		s.depth++
	}
	return into
}

func (s *search) Member(name string) {
	s.step(func(step Step) bool { return step.Index < 0 && sameName(name, step.Name) })
}
func (s *search) Element(index int) { s.step(func(step Step) bool { return step.Index == index }) }

// step notes which paths lead to the next value.
func (s *search) step(leads func(Step) bool) {
	for i, p := range s.paths {
		if s.depths[i] < s.depth-1 || len(p) < s.depth {
			continue
		}
		s.depths[i] = s.depth - 1
		if leads(p[s.depth-1]) {
			s.depths[i] = s.depth
		}
	}
}

func (s *search) Leave(Kind) {
	s.depth--
	for i := range s.depths {
		s.depths[i] = min(s.depths[i], s.depth)
	}
}

// sameName compares the JSON of a name with a name.
func sameName(raw, name string) bool {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1:len(raw)-1] == name
	}
	var decoded string
	return json.Unmarshal([]byte(raw), &decoded) == nil && decoded == name
}
