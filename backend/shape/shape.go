package shape

import (
	"encoding/json"
	"strings"

	"signalbox/backend/field"
	"signalbox/backend/live"
)

const (
	// learned is how many messages of a type are only learned from.
	learned = 20
	// constant is after how many messages a field that each of them had is missing
	// where it is not.
	constant = 50
	// maxNew is how many names of one object may be new within calm messages; then it
	// is open.
	maxNew, calm = 3, 200
	// maxNames is how many names an object may have while messages are learned from.
	maxNames = 60
	// maxFields is how many fields of a type are known.
	maxFields = 300
	// maxDepth is how many steps the path of a field may have.
	maxDepth = 8
	// maxChanges is how many changes of one message are told.
	maxChanges = 3
)

// A kind is a set of JSON types.
type kind uint8

const (
	isObject kind = 1 << iota
	isArray
	isString
	isNumber
	isBoolean
	isNull
)

var kinds = map[field.Kind]kind{field.Object: isObject, field.Array: isArray, field.Text: isString, field.Number: isNumber, field.Bool: isBoolean, field.Null: isNull}

// String returns the words of JSON for the types, without null if there are others.
func (k kind) String() string {
	var words []string
	for i, word := range []string{"object", "array", "string", "number", "boolean"} {
		if k&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	if words == nil {
		return "null"
	}
	return strings.Join(words, "/")
}

// A known is what is known of the field at a path.
type known struct {
	Kinds kind `json:"k"`
	// Optional is set once a message that has the object around the field lacked it.
	Optional bool `json:"o,omitempty"`
	// New counts the names of this object that were told as new, the last of them
	// in the message Last. Open means that its names are data.
	New  int  `json:"n,omitempty"`
	Last int  `json:"l,omitempty"`
	Open bool `json:"x,omitempty"`

	names int // in this object
	seen  int // the last message that had it, by its count
	born  int // the first one since the start of the program; 0 for an earlier one
}

// A shape is what is known of the messages of one type.
type shape struct {
	Count  int               `json:"count"` // of messages
	Fields map[string]*known `json:"fields"`
}

// look compares a message with what is known, and learns from it. tell is whether
// changes are wanted. Data that is not a JSON object or array has no shape.
func (s *shape) look(data, event string, tell bool) []live.Text {
	start := strings.TrimLeft(data, " \t\n\r")
	if start == "" || start[0] != '{' && start[0] != '[' || !json.Valid([]byte(data)) {
		return nil
	}
	if s.Fields == nil {
		s.Fields = map[string]*known{}
	}
	s.Count++
	l := &looking{s: s, event: event, tell: tell && s.Count > learned}
	field.Walk(data, l)
	l.missing()
	return l.changes
}

// A looking is the walk through one message.
type looking struct {
	s       *shape
	event   string
	tell    bool
	changes []live.Text
	path    []string // the paths of the objects and arrays around the next value
	next    string   // the path of the next value
	lists   int      // how many of path are arrays
}

func (l *looking) Member(name string) {
	var decoded string
	if json.Unmarshal([]byte(name), &decoded) != nil {
		decoded = name
	}
	l.next = l.path[len(l.path)-1] + strings.TrimPrefix(field.Path{{Name: decoded, Index: -1}}.String(), "$")
}

func (l *looking) Element(int) { l.next = l.path[len(l.path)-1] + "[*]" }

func (l *looking) Value(k field.Kind, _ string) bool {
	if l.next == "" {
		l.next = "$"
	}
	path, is := l.next, kinds[k]
	f, ok := l.s.Fields[path]
	if !ok {
		f = l.add(path, is)
	}
	if f == nil {
		return false
	}
	f.seen = l.s.Count
	if ok && f.Kinds&is == 0 {
		if is != isNull && f.Kinds != isNull {
			l.say(live.Textf("shape/kind", "{event}: {path} is of the type {now} here, and was of the type {before} in earlier messages.",
				"event", l.event, "path", path, "now", is.String(), "before", f.Kinds.String()))
		}
		f.Kinds, f.born = f.Kinds|is, l.s.Count // what is in it is no news of its own
	}
	into := is&(isObject|isArray) != 0 && !f.Open && len(l.path) < maxDepth
	if into {
		l.path = append(l.path, path)
		if is == isArray {
			l.lists++
		}
	}
	return into
}

func (l *looking) Leave(k field.Kind) {
	l.path = l.path[:len(l.path)-1]
	if k == field.Array {
		l.lists--
	}
}

// add learns a field; nil if it does not count.
func (l *looking) add(path string, is kind) *known {
	var around *known
	if len(l.path) > 0 {
		around = l.s.Fields[l.path[len(l.path)-1]]
		if around == nil || around.Open {
			return nil
		}
		around.names++
	}
	if len(l.s.Fields) >= maxFields {
		return nil
	}
	element := strings.HasSuffix(path, "[*]")
	if around != nil && l.s.Count-around.Last > calm {
		around.New = 0
	}
	if around != nil && !element && (around.names > maxNames || l.tell && around.New >= maxNew) {
		l.open(l.path[len(l.path)-1], around)
		return nil
	}
	f := &known{Kinds: is, Optional: l.s.Count > 1, born: l.s.Count}
	l.s.Fields[path] = f
	// The fields of an object that is new are not news of their own.
	if around != nil && !element && l.tell && around.born < l.s.Count {
		around.New, around.Last = around.New+1, l.s.Count
		l.say(live.Textf("shape/new", "{event} has a new field: {path}, of the type {kind}.", "event", l.event, "path", path, "kind", is.String()))
	}
	return f
}

// open forgets what is in an object whose names are data.
func (l *looking) open(path string, f *known) {
	f.Open = true
	for other := range l.s.Fields {
		if strings.HasPrefix(other, path+".") || strings.HasPrefix(other, path+"[") {
			delete(l.s.Fields, other)
		}
	}
}

// missing tells the fields that each earlier message had, and this one has not
// although it has the object around them.
func (l *looking) missing() {
	for path, f := range l.s.Fields {
		if f.Optional || f.seen == l.s.Count || strings.Contains(path, "[*]") {
			continue
		}
		around := l.s.Fields[parent(path)]
		if around == nil || around.seen != l.s.Count || around.Kinds&isObject == 0 {
			continue
		}
		f.Optional = true
		if l.s.Count > constant {
			l.say(live.Textf("shape/missing", "{event} came without {path}, which every earlier message had.", "event", l.event, "path", path))
		}
	}
}

// parent returns the path of the object around a field.
func parent(path string) string {
	p, ok := field.Parse(path)
	if !ok || len(p) == 0 {
		return ""
	}
	return p[:len(p)-1].String()
}

func (l *looking) say(t live.Text) {
	if l.tell && len(l.changes) < maxChanges {
		l.changes = append(l.changes, t)
	}
}

// count restores what is not stored.
func (s *shape) count() {
	for path := range s.Fields {
		if around := s.Fields[parent(path)]; around != nil && !strings.HasSuffix(path, "[*]") {
			around.names++
		}
	}
}
