package filter

import (
	resyntax "regexp/syntax"
	"slices"
	"strings"
	"unicode"

	"signalbox/backend/filter/decimal"
	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
)

// A Need is a condition on the text of an event that holds for every event that
// a filter selects. It narrows a search: an event without the pieces need not be
// tested. A Need has a Piece, or All, or Any; the zero Need holds for every text.
type Need struct {
	// Piece occurs in the data or in the type of the event. A to Z in it are in
	// lower case, and match in either case.
	Piece string
	All   []Need // each of these holds
	Any   []Need // one of these holds

	needle needle // of Piece
}

// IsZero reports whether n holds for every text, so that it cannot narrow a
// search.
func (n *Need) IsZero() bool { return n.Piece == "" && len(n.All) == 0 && len(n.Any) == 0 }

// Need returns the pieces of text that every event has that f selects. It says
// nothing about gaps and notes.
func (f *Filter) Need() Need { return NeedOf(f.tree) }

// NeedOf returns the pieces of text that every event has for which an expression
// is true.
func NeedOf(e syntax.Expr) Need {
	n, _ := need(e)
	return n
}

// need returns the Need of an expression. never is true if the expression selects
// no event.
func need(e syntax.Expr) (n Need, never bool) {
	switch e := e.(type) {
	case syntax.And:
		var all []Need
		for _, child := range e {
			n, never := need(child)
			if never {
				return Need{}, true
			}
			all = append(all, n)
		}
		return allOf(all...), false
	case syntax.Or:
		var any []Need
		for _, child := range e {
			if n, never := need(child); !never {
				any = append(any, n)
			}
		}
		return anyOf(any...), len(any) == 0
	case syntax.Text:
		return piece(string(e)), false
	case syntax.Regexp:
		return patternNeed(e.Pattern), false
	case syntax.Type:
		var any []Need
		for _, t := range e {
			any = append(any, piece(strings.TrimSuffix(t, "*")))
		}
		return anyOf(any...), false
	case syntax.Field:
		return fieldNeed(e), false
	case syntax.Kind:
		return Need{}, !slices.Contains(e, live.Event)
	}
	return Need{}, false
}

// fieldNeed returns the pieces of the names and of the value. In JSON any character
// may be written as an escape: as \u and four digits, and a few also as a backslash
// and one character. Many texts have such a backslash, few have a \u.
func fieldNeed(e syntax.Field) Need {
	var all []Need
	for _, s := range e.Path {
		all = append(all, piece(s.Name))
	}
	switch {
	case e.Value.Pattern != nil:
		all = append(all, patternNeed(e.Value.Pattern))
	case e.Op == syntax.Contains, e.Op == syntax.Equal && (e.Value.Quoted || !decimal.IsNumber(e.Value.Text)):
		all = append(all, piece(e.Value.Text))
	}
	n := allOf(all...)
	if n.IsZero() {
		return n
	}
	if n.hasShortEscape() {
		return anyOf(n, piece(`\`))
	}
	return anyOf(n, piece(`\u`))
}

// hasShortEscape reports whether a piece has a character that JSON may write as a
// backslash and one character.
func (n *Need) hasShortEscape() bool {
	special := func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == '/' }
	has := func(part Need) bool { return part.hasShortEscape() }
	return strings.ContainsFunc(n.Piece, special) || slices.ContainsFunc(n.All, has) || slices.ContainsFunc(n.Any, has)
}

func piece(s string) Need {
	n := newNeedle(s)
	return Need{Piece: n.text, needle: n}
}

// allOf returns a Need that holds if all of the list hold.
func allOf(list ...Need) Need {
	var all []Need
	for _, n := range list {
		if !n.IsZero() {
			all = append(all, n)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return Need{All: all}
}

// anyOf returns a Need that holds if one of the list holds.
func anyOf(list ...Need) Need {
	for _, n := range list {
		if n.IsZero() {
			return Need{}
		}
	}
	if len(list) == 1 {
		return list[0]
	}
	return Need{Any: list}
}

// Holds reports whether a text has the pieces. The pieces of one Need may be in
// different texts of an event, its data and its type.
func (n *Need) Holds(texts ...string) bool {
	switch {
	case n.Piece != "":
		if n.needle.text == "" {
			n = &Need{Piece: n.Piece, needle: newNeedle(n.Piece)}
		}
		for _, t := range texts {
			if n.needle.in(t) {
				return true
			}
		}
		return false
	case len(n.Any) > 0:
		for i := range n.Any {
			if n.Any[i].Holds(texts...) {
				return true
			}
		}
		return false
	}
	for i := range n.All {
		if !n.All[i].Holds(texts...) {
			return false
		}
	}
	return true
}

// patternNeed returns the pieces that every text has that a pattern matches.
func patternNeed(p *syntax.Pattern) Need {
	re, err := resyntax.Parse(p.Regexp.String(), resyntax.Perl)
	if err != nil {
		return Need{}
	}
	return regexpNeed(re.Simplify())
}

func regexpNeed(re *resyntax.Regexp) Need {
	switch re.Op {
	case resyntax.OpLiteral:
		if re.Flags&resyntax.FoldCase == 0 {
			return piece(string(re.Rune))
		}
		// Where the case is ignored, k also matches the Kelvin sign.
		var all []Need
		for _, part := range strings.FieldsFunc(string(re.Rune), foldsBeyondASCII) {
			all = append(all, piece(part))
		}
		return allOf(all...)
	case resyntax.OpCapture, resyntax.OpPlus:
		return regexpNeed(re.Sub[0])
	case resyntax.OpRepeat:
		if re.Min > 0 {
			return regexpNeed(re.Sub[0])
		}
	case resyntax.OpConcat:
		var all []Need
		for _, sub := range re.Sub {
			all = append(all, regexpNeed(sub))
		}
		return allOf(all...)
	case resyntax.OpAlternate:
		var any []Need
		for _, sub := range re.Sub {
			any = append(any, regexpNeed(sub))
		}
		return anyOf(any...)
	}
	return Need{}
}

// foldsBeyondASCII reports whether a character has another case that is not A to
// Z.
func foldsBeyondASCII(r rune) bool {
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if f >= 0x80 || r >= 0x80 {
			return true
		}
	}
	return false
}
