package syntax

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

// The limits of a filter. Each term is compared with every message, and SQLite
// refuses an expression that is a thousand deep.
const (
	maxLength = 10_000 // characters
	maxTerms  = 100    // each part of a list counts
	maxDepth  = 20     // of groups
	maxSteps  = 32     // of a path
)

// An Env has what a filter refers to.
type Env struct {
	// Now is the time to which "-15m" and "14:02" refer, in the time zone of the
	// user.
	Now time.Time
	// Sources are the sources that source: names; nil if source: has no meaning.
	Sources Sources
	// Bookmarked returns the numbers of the messages that have a bookmark; nil if
	// is:bookmarked has no meaning.
	Bookmarked func() (map[int64]bool, error)
}

// Sources are the sources of a journal. A filter asks for their names when it
// tests a message, because a source can be renamed.
type Sources interface {
	SourceByID(id int64) (live.Source, bool)
	Sources() []live.Source
}

// kinds lists all kinds of messages.
var kinds = []live.Kind{live.Event, live.GapKind, live.NoteKind}

// A parser parses one filter.
type parser struct {
	env   Env
	text  string
	at    int // the offset of the next byte
	depth int // of groups
	terms int
	is    [2]int // the beginning and the end of the last is: term
}

// Parse returns the tree of a filter. An error has the code bad_filter, the field
// "q" and the range of the mistake.
func Parse(text string, env Env) (Expr, error) {
	p := parser{env: env, text: string([]rune(text))} // an invalid byte becomes U+FFFD
	if n := utf8.RuneCountInString(p.text); n > maxLength {
		return nil, p.mark(0, len(p.text), live.Errorf("bad_filter/long", "The filter has {n} characters; {max} is the limit.", "n", n, "max", maxLength))
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(kinds, func(k live.Kind) bool { return OfKind(e, k) != No }) {
		return nil, p.mark(p.is[0], p.is[1], live.Errorf("bad_filter/kinds", "The filter leaves out every kind of message.").
			WithHint("The kinds are event, gap and note."))
	}
	return e, nil
}

// or parses expressions with "or" between them, up to the end of the group.
func (p *parser) or() (Expr, error) {
	var list Or
	for {
		start := p.at
		e, any, err := p.and()
		if err != nil {
			return nil, err
		}
		end := p.skip()
		word := p.operator()
		if !any && (word != "" || len(list) > 0) {
			if word == "" {
				return nil, p.missing(start-len("or"), start) // "a or"
			}
			return nil, p.missing(end, end+len(word)) // "or a"
		}
		if nested, ok := e.(Or); ok {
			list = append(list, nested...)
		} else {
			list = append(list, e)
		}
		if word == "" {
			break
		}
		p.at += len(word)
	}
	if len(list) == 1 {
		return list[0], nil
	}
	return list, nil
}

// and parses terms with "and" or nothing between them. any is whether there are
// any terms.
func (p *parser) and() (e Expr, any bool, err error) {
	list := And{}
	run := 0 // where the terms after the last "and" begin in list
	for waiting := -1; ; {
		start := p.skip()
		word := p.operator()
		if p.ended() || word == "or" || word != "" && (len(list) == 0 || waiting >= 0) {
			if waiting >= 0 {
				return nil, false, p.missing(waiting, waiting+len("and"))
			}
			if len(list) == 1 {
				return list[0], true, nil
			}
			return list, len(list) > 0, nil
		}
		if word == "and" {
			p.at += len(word)
			waiting, run = start, len(list)
			continue
		}
		term, err := p.term()
		if err != nil {
			return nil, false, err
		}
		if term != nil {
			waiting = -1
			list, run = addTerm(list, run, term, p.text[start] == '(')
		}
	}
}

// addTerm adds a term to the terms of an And. A list of types, ids, sources or
// kinds is added to the one before it, back to the last "and": a message has
// only one of each, and "is:gap is:note" means either.
func addTerm(list And, run int, term Expr, group bool) (And, int) {
	if nested, ok := term.(And); ok {
		return append(list, nested...), run
	}
	if key := mergeKey(term); key != "" && !group {
		for i := run; i < len(list); i++ {
			if mergeKey(list[i]) == key {
				switch t := term.(type) {
				case Type:
					list[i] = append(list[i].(Type), t...)
				case ID:
					list[i] = append(list[i].(ID), t...)
				case Source:
					list[i] = append(list[i].(Source), t...)
				case Kind:
					list[i] = append(list[i].(Kind), t...)
				}
				return list, run
			}
		}
	}
	return append(list, term), run
}

// missing returns the error about an "and" or "or" with nothing on one side.
func (p *parser) missing(start, end int) error {
	word := strings.ToLower(p.text[start:end])
	return p.mark(start, end, live.Errorf("bad_filter/operator", `"{word}" needs a term before it and one after it.`, "word", word).
		WithHint(`To search for the word, put it in quotation marks: "{word}".`))
}
