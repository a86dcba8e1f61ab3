package filter

import (
	"cmp"
	"regexp"
	resyntax "regexp/syntax"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"signalbox/backend/filter/syntax"
)

// A Span is a part of a text, in bytes.
type Span struct{ From, To int }

// Hits finds what the terms of a filter matched in an event: the texts, what the
// regular expressions match, and the values of fields. Terms that must not match,
// and terms about types, ids, sources, kinds and times, have no hits.
type Hits struct {
	texts    []needle
	patterns []hitPattern
	fields   []*fieldTest
}

// A hitPattern is a regular expression whose matches are wanted.
type hitPattern struct {
	re *regexp.Regexp
	// free means that a match does not depend on what is before it.
	free bool
}

// maxAnchored is the longest text in which more than the first match is looked for
// if a match depends on what is before it: such a search cannot be stopped.
const maxAnchored = 64 << 10

// Hits returns what finds the hits of f.
func (f *Filter) Hits() *Hits {
	h := &Hits{}
	h.add(f.tree, true)
	return h
}

func (h *Hits) add(e syntax.Expr, wanted bool) {
	switch e := e.(type) {
	case syntax.And:
		for _, child := range e {
			h.add(child, wanted)
		}
		return
	case syntax.Or:
		for _, child := range e {
			h.add(child, wanted)
		}
		return
	case syntax.Not:
		h.add(e.Expr, !wanted)
		return
	}
	if !wanted {
		return
	}
	switch e := e.(type) {
	case syntax.Text:
		if e != "" {
			h.texts = append(h.texts, newNeedle(string(e)))
		}
	case syntax.Regexp:
		h.patterns = append(h.patterns, hitPattern{e.Regexp, isFree(e.Regexp)})
	case syntax.Field:
		h.fields = append(h.fields, newFieldTest(e))
	}
}

// isFree reports whether an expression has none of ^ $ \A \z \b \B.
func isFree(re *regexp.Regexp) bool {
	tree, err := resyntax.Parse(re.String(), resyntax.Perl)
	if err != nil {
		return false
	}
	var free func(*resyntax.Regexp) bool
	free = func(re *resyntax.Regexp) bool {
		switch re.Op {
		case resyntax.OpBeginLine, resyntax.OpEndLine, resyntax.OpBeginText, resyntax.OpEndText, resyntax.OpWordBoundary, resyntax.OpNoWordBoundary:
			return false
		}
		return !slices.ContainsFunc(re.Sub, func(sub *resyntax.Regexp) bool { return !free(sub) })
	}
	return free(tree)
}

// IsZero reports whether the filter has no term with hits.
func (h *Hits) IsZero() bool { return len(h.texts)+len(h.patterns)+len(h.fields) == 0 }

// NeedsAll reports whether the beginning of a text does not tell its hits: a
// regular expression may match more of the whole text, and what is cut is not JSON.
func (h *Hits) NeedsAll() bool { return len(h.patterns)+len(h.fields) > 0 }

// A HitLimit bounds the search for hits.
type HitLimit struct {
	Most   int       // about so many
	Before int       // they begin in so many bytes; 0 for all
	Until  time.Time // then the search ends after the next hit; zero for never
}

// InType finds the hits in the type of an event, in their order and without
// overlaps. whole means that it is not only the beginning of the type.
func (h *Hits) InType(text string, whole bool, limit HitLimit) []Span {
	r := &hitSearch{text: text, limit: limit}
	h.search(r, whole)
	return r.merged()
}

// InData finds the hits in the data of an event, as InType does in the type.
func (h *Hits) InData(text string, whole bool, limit HitLimit) []Span {
	r := &hitSearch{text: text, limit: limit}
	h.search(r, whole)
	if whole {
		for _, t := range h.fields {
			r.fields(t)
		}
	}
	return r.merged()
}

func (h *Hits) search(r *hitSearch, whole bool) {
	for i := range h.texts {
		r.needle(&h.texts[i])
	}
	if whole {
		for _, p := range h.patterns {
			r.pattern(p)
		}
	}
}

// A hitSearch collects the hits in one text.
type hitSearch struct {
	text  string
	limit HitLimit
	spans []Span
}

func (r *hitSearch) end() int {
	if r.limit.Before == 0 {
		return len(r.text)
	}
	return min(r.limit.Before, len(r.text))
}

// full reports whether a search that has found so many must end.
func (r *hitSearch) full(found int) bool {
	return found >= r.limit.Most || !r.limit.Until.IsZero() && found%64 == 0 && time.Now().After(r.limit.Until)
}

func (r *hitSearch) needle(n *needle) {
	end := min(len(r.text), r.end()+len(n.text)-1)
	for at, found := 0, 0; !r.full(found); found++ {
		i := n.index(r.text[at:end])
		if i < 0 {
			return
		}
		r.spans = append(r.spans, Span{at + i, at + i + len(n.text)})
		at += i + len(n.text)
	}
}

func (r *hitSearch) pattern(p hitPattern) {
	if !p.free {
		most := 1
		if len(r.text) <= maxAnchored {
			most = min(r.limit.Most, 100)
		}
		for _, at := range p.re.FindAllStringIndex(r.text, most) {
			r.matched(0, at)
		}
		return
	}
	for at, found := 0, 0; at <= len(r.text) && at <= r.end() && !r.full(found); found++ {
		match := p.re.FindStringIndex(r.text[at:])
		if match == nil {
			return
		}
		r.matched(at, match)
		if at += match[1]; match[0] == match[1] {
			_, size := utf8.DecodeRuneInString(r.text[at:])
			at += max(size, 1)
		}
		if !r.limit.Until.IsZero() && time.Now().After(r.limit.Until) {
			return // one match may take as long as the text is
		}
	}
}

// matched adds what an expression matched from offset at on. An empty match is seen
// nowhere.
func (r *hitSearch) matched(at int, match []int) {
	if match[0] < match[1] && at+match[0] < r.end() {
		r.spans = append(r.spans, Span{at + match[0], at + match[1]})
	}
}

// fields adds the values at a path that a test selects. Of an object or a list the
// name is the hit.
func (r *hitSearch) fields(t *fieldTest) {
	if !t.pieces.Holds(r.text) {
		return
	}
	before := len(r.spans)
	reader := jsonReader{text: r.text, test: t}
	reader.found = func(from, to int) {
		if from < r.end() && len(r.spans)-before < r.limit.Most {
			r.spans = append(r.spans, r.inside(t, from, to))
		}
	}
	if !reader.any() {
		r.spans = r.spans[:before]
	}
}

// inside returns the part of a value that is the hit: what it contains, or all of
// it, without quotation marks.
func (r *hitSearch) inside(t *fieldTest, from, to int) Span {
	if r.text[from] == '"' && to-from > 2 {
		from, to = from+1, to-1
	}
	raw := r.text[from:to]
	if t.Op != syntax.Contains || strings.IndexByte(raw, '\\') >= 0 {
		return Span{from, to}
	}
	if t.Value.Pattern != nil {
		if at := t.Value.Pattern.Regexp.FindStringIndex(raw); at != nil && at[0] < at[1] {
			return Span{from + at[0], from + at[1]}
		}
	} else if i := t.needle.index(raw); i >= 0 && t.needle.text != "" {
		return Span{from + i, from + i + len(t.needle.text)}
	}
	return Span{from, to}
}

// merged returns the hits in their order; those that overlap are one.
func (r *hitSearch) merged() []Span {
	slices.SortFunc(r.spans, func(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	merged := r.spans[:0]
	for _, s := range r.spans {
		if last := len(merged) - 1; last >= 0 && s.From < merged[last].To {
			merged[last].To = max(merged[last].To, s.To)
		} else {
			merged = append(merged, s)
		}
	}
	return merged[:min(len(merged), r.limit.Most)]
}
