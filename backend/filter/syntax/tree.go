package syntax

import (
	"strconv"
	"strings"
	"time"

	"signalbox/backend/live"
)

// An Expr is a node of the tree of a filter: And, Or and Not with other nodes
// below them, and the terms.
type Expr interface {
	// write adds the text of the expression. within is the operator around it.
	write(w *writer, within operator)
}

type (
	// An And is true if all of its expressions are; an empty one is true.
	And []Expr
	// An Or is true if one of its expressions is.
	Or []Expr
	// A Not is true if its expression is false.
	Not struct{ Expr Expr }

	// A Text occurs in the data or the type of an event, in any case of A to Z.
	Text string
	// A Regexp matches a part of the data or of the type of an event.
	Regexp struct{ *Pattern }
	// A Type is a list of event types; "order.*" is all that begin with "order.".
	Type []string
	// An ID is a list of event ids.
	ID []string
	// A Field compares the values at a path inside the data of an event.
	Field struct {
		Path  []Step
		Op    Op
		Value Value
	}

	// A Kind is a list of kinds of messages.
	Kind []live.Kind
	// A Bookmarked is true for messages that have a bookmark.
	Bookmarked struct{}
	// A Source is a list of names of sources; "pay*" is all that begin with "pay".
	Source []string
	// A Time is true for messages received before a time, or at that time and
	// later.
	Time struct {
		Before bool
		At     time.Time
		Text   string // the time as it was written
	}
)

// An Op is an operator between a path and a value.
type Op string

// The operators. Contains is also true if a text or a number inside an object or
// an array contains the value.
const (
	Exists         Op = ""
	Equal          Op = "="
	NotEqual       Op = "!="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Contains       Op = ":"
)

// A Step leads one level down into the data: to the member of an object with a
// name, to the element of an array with an index, or to all members or elements.
type Step struct {
	Name  string
	Index int // -1 for a name
	All   bool
}

// A Value is what a field is compared with. A quoted value is a text. Any other
// may be a number, true, false or null as well as a text of the same characters.
type Value struct {
	Text    string
	Quoted  bool
	Pattern *Pattern // for Contains; nil if Text is compared
}

// operator is what a node stands in.
type operator int

const (
	nothing operator = iota
	inOr
	inAnd
	inNot
)

// A writer writes a tree as the text of a filter.
type writer struct {
	strings.Builder
	run map[string]bool // the keys since the last "and"; see parser.addTerm
}

func (w *writer) group(open bool, write func()) {
	if !open {
		write()
		return
	}
	outer := w.run
	w.run = nil
	w.WriteByte('(')
	write()
	w.WriteByte(')')
	w.run = outer
}

// String returns the text of a filter, which Parse reads as the same tree.
func String(e Expr) string {
	var w writer
	e.write(&w, nothing)
	return w.String()
}

func (e And) write(w *writer, within operator) {
	w.group(within == inNot, func() {
		w.run = map[string]bool{}
		for i, child := range e {
			key := mergeKey(child)
			if i > 0 {
				w.WriteByte(' ')
				if w.run[key] {
					w.WriteString("and ")
					clear(w.run)
				}
			}
			if key != "" {
				w.run[key] = true
			}
			child.write(w, inAnd)
		}
	})
}

func (e Or) write(w *writer, within operator) {
	w.group(within != nothing, func() {
		for i, child := range e {
			if i > 0 {
				w.WriteString(" or ")
			}
			child.write(w, inOr)
		}
	})
}

func (e Not) write(w *writer, within operator) {
	w.WriteByte('-')
	if _, double := e.Expr.(Not); double {
		w.group(true, func() { e.Expr.write(w, nothing) })
		return
	}
	e.Expr.write(w, inNot)
}

func (e Text) write(w *writer, _ operator) { w.word(string(e), isPlain(string(e))) }

func (e Regexp) write(w *writer, _ operator) { w.WriteString(e.Pattern.String()) }

func (e Type) write(w *writer, _ operator) { w.list("event:", e) }

func (e Source) write(w *writer, _ operator) { w.list("source:", e) }

func (e ID) write(w *writer, within operator) {
	w.group(within == inNot && len(e) > 1, func() {
		for i, id := range e {
			if i > 0 {
				w.WriteByte(' ')
			}
			w.WriteString("id:")
			w.word(id, isValue(id))
		}
	})
}

func (e Kind) write(w *writer, _ operator) {
	names := make([]string, len(e))
	for i, k := range e {
		names[i] = k.String()
	}
	w.list("is:", names)
}

func (Bookmarked) write(w *writer, _ operator) { w.WriteString("is:bookmarked") }

func (e Time) write(w *writer, _ operator) {
	if e.Before {
		w.WriteString("before:")
	} else {
		w.WriteString("after:")
	}
	w.word(e.Text, isValue(e.Text))
}

func (e Field) write(w *writer, _ operator) {
	w.WriteByte('$')
	for _, s := range e.Path {
		switch {
		case s.All:
			w.WriteString("[*]")
		case s.Index >= 0:
			w.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case s.Name != "" && pathName(s.Name) == len(s.Name):
			w.WriteString("." + s.Name)
		default:
			w.WriteByte('[')
			w.word(s.Name, false)
			w.WriteByte(']')
		}
	}
	if e.Op == Exists {
		return
	}
	w.WriteString(" " + string(e.Op) + " ")
	if e.Value.Pattern != nil {
		w.WriteString(e.Value.Pattern.String())
	} else {
		w.word(e.Value.Text, !e.Value.Quoted)
	}
}

func (w *writer) list(key string, list []string) {
	w.WriteString(key)
	for i, part := range list {
		if i > 0 {
			w.WriteByte(',')
		}
		w.word(part, isValue(part) && !strings.Contains(part, ","))
	}
}

// word writes a text, in quotation marks unless it is plain. A backslash stands
// for itself unless a quotation mark follows; see parser.quoted.
func (w *writer) word(s string, plain bool) {
	if plain {
		w.WriteString(s)
		return
	}
	w.WriteByte('"')
	slashes := 0
	for i := range len(s) {
		if s[i] == '"' {
			w.WriteString(strings.Repeat(`\`, slashes+1))
		}
		if slashes++; s[i] != '\\' {
			slashes = 0
		}
		w.WriteByte(s[i])
	}
	w.WriteString(strings.Repeat(`\`, slashes))
	w.WriteByte('"')
}

// isValue reports whether a value needs no quotation marks.
func isValue(s string) bool {
	return s != "" && s[0] != '"' && !strings.ContainsAny(s, "()") && wordLength(s, false) == len(s)
}

// isPlain reports whether a text needs no quotation marks to stand as a word.
func isPlain(s string) bool {
	return isValue(s) && !strings.ContainsAny(s[:1], "-/$") && keyOf(s) == "" && !isOperator(s)
}

// mergeKey returns the key of a term that is merged with its neighbours, or "".
func mergeKey(e Expr) string {
	switch e.(type) {
	case Type:
		return "event:"
	case ID:
		return "id:"
	case Source:
		return "source:"
	case Kind:
		return "is:"
	}
	return ""
}
