package filter

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
)

// An Env has what a filter refers to: the time, the sources and the bookmarks.
type Env = syntax.Env

// A Filter selects messages. It never changes, and any goroutine may use it.
type Filter struct {
	tree   syntax.Expr
	events test // tests an event
	known
}

// A known is what a filter refers to. Bookmarks are those at the time when it was
// parsed.
type known struct {
	sources    syntax.Sources
	bookmarked map[int64]bool
}

// Parse parses a filter that a user has typed; doc.go has the language. An error
// has the code bad_filter, the field "q", and the range of the mistake.
func Parse(text string, env Env) (*Filter, error) {
	tree, err := syntax.Parse(text, env)
	if err != nil {
		return nil, err
	}
	k := known{sources: env.Sources}
	if asksForBookmarks(tree) {
		if k.bookmarked, err = env.Bookmarked(); err != nil {
			return nil, err
		}
	}
	return compile(tree, k), nil
}

func asksForBookmarks(tree syntax.Expr) (asks bool) {
	syntax.Evaluate(tree, func(e syntax.Expr) syntax.Result {
		if _, ok := e.(syntax.Bookmarked); ok {
			asks = true
		}
		return syntax.Unknown
	})
	return asks
}

// MustParse parses a filter that a program has and that names no source and no
// time ago. It panics if there is an error.
func MustParse(text string) *Filter {
	f, err := Parse(text, Env{})
	if err != nil {
		panic(err)
	}
	return f
}

// Types returns a filter that selects the events of these types; "order.*" is
// all that begin with "order.". It selects all messages if there is no type.
func Types(types ...string) *Filter {
	if len(types) == 0 {
		return compile(syntax.And{}, known{})
	}
	return compile(syntax.Type(slices.Clone(types)), known{})
}

// And returns a filter that selects what both f and g select.
func (f *Filter) And(g *Filter) *Filter {
	switch {
	case f.IsZero():
		return g
	case g.IsZero():
		return f
	}
	k := f.known
	if k.sources == nil {
		k.sources = g.sources
	}
	if k.bookmarked == nil {
		k.bookmarked = g.bookmarked
	}
	return compile(syntax.And{f.tree, g.tree}, k)
}

// Tree returns the tree of f. It must not be changed.
func (f *Filter) Tree() syntax.Expr { return f.tree }

// String returns the text of f. Parsed again, it is the same filter.
func (f *Filter) String() string { return syntax.String(f.tree) }

// IsZero reports whether f has no condition.
func (f *Filter) IsZero() bool {
	all, ok := f.tree.(syntax.And)
	return ok && len(all) == 0
}

// Match reports whether f selects m.
func (f *Filter) Match(m *live.Message) bool {
	if m.Kind == live.Event {
		return f.events.match(m)
	}
	return f.evaluate(m) != syntax.No
}

// Wants reports whether f may select messages of kind k.
func (f *Filter) Wants(k live.Kind) bool { return syntax.OfKind(f.tree, k) != syntax.No }

// evaluate returns the result for a gap or a note.
func (f *Filter) evaluate(m *live.Message) syntax.Result {
	return syntax.Evaluate(f.tree, func(e syntax.Expr) syntax.Result {
		switch e := e.(type) {
		case syntax.Kind:
			return syntax.ResultOf(slices.Contains(e, m.Kind))
		case syntax.Source:
			return syntax.ResultOf(sourceIn(f.sources, e, m.Source))
		case syntax.Bookmarked:
			return syntax.ResultOf(f.bookmarked[m.Number])
		case syntax.Time:
			return syntax.ResultOf(m.Received.Before(e.At) == e.Before)
		}
		return syntax.Unknown
	})
}

// sourceIn reports whether a source has one of the names.
func sourceIn(sources syntax.Sources, patterns []string, id int64) bool {
	if sources == nil {
		return false
	}
	s, ok := sources.SourceByID(id)
	return ok && s.Removed.IsZero() && matchAny(patterns, s.Name)
}

// SourcesOf returns the ids of the sources that a term selects now.
func (f *Filter) SourcesOf(e syntax.Source) []int64 {
	var ids []int64
	if f.sources != nil {
		for _, s := range f.sources.Sources() {
			if s.Removed.IsZero() && matchAny(e, s.Name) {
				ids = append(ids, s.ID)
			}
		}
	}
	return ids
}

// matchAny reports whether s matches one of the patterns.
func matchAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(s, prefix) || p == s {
			return true
		}
	}
	return false
}

// A test tests an event. The tests are made of a tree once.
type test interface {
	match(m *live.Message) bool
}

type (
	allTests   []test
	anyTest    []test
	notTest    struct{ test }
	textTest   struct{ needle }
	typeTest   struct{ patterns []string }
	idTest     struct{ ids []string }
	constTest  bool
	sourceTest struct {
		sources  syntax.Sources
		patterns []string
	}
	timeTest     struct{ syntax.Time }
	bookmarkTest map[int64]bool
	patternTest  struct {
		re     *regexp.Regexp
		pieces Need
	}
)

func (t allTests) match(m *live.Message) bool {
	for _, t := range t {
		if !t.match(m) {
			return false
		}
	}
	return true
}

func (t anyTest) match(m *live.Message) bool {
	for _, t := range t {
		if t.match(m) {
			return true
		}
	}
	return false
}

func (t notTest) match(m *live.Message) bool      { return !t.test.match(m) }
func (t constTest) match(*live.Message) bool      { return bool(t) }
func (t *textTest) match(m *live.Message) bool    { return t.in(m.Data) || t.in(m.Type) }
func (t *typeTest) match(m *live.Message) bool    { return matchAny(t.patterns, m.Type) }
func (t *idTest) match(m *live.Message) bool      { return slices.Contains(t.ids, m.ID) }
func (t *timeTest) match(m *live.Message) bool    { return m.Received.Before(t.At) == t.Before }
func (t bookmarkTest) match(m *live.Message) bool { return t[m.Number] }
func (t *sourceTest) match(m *live.Message) bool {
	return sourceIn(t.sources, t.patterns, m.Source)
}

func (t *patternTest) match(m *live.Message) bool {
	return t.pieces.Holds(m.Data, m.Type) && (t.re.MatchString(m.Data) || t.re.MatchString(m.Type))
}

func compile(tree syntax.Expr, k known) *Filter {
	return &Filter{tree: tree, known: k, events: compileTest(tree, k)}
}

// compileTest returns the test of an expression. Cheap tests come first.
func compileTest(e syntax.Expr, k known) test {
	switch e := e.(type) {
	case syntax.And:
		list := compileTests(e, k)
		if len(list) == 1 {
			return list[0]
		}
		return allTests(list)
	case syntax.Or:
		return anyTest(compileTests(e, k))
	case syntax.Not:
		return notTest{compileTest(e.Expr, k)}
	case syntax.Kind:
		return constTest(slices.Contains(e, live.Event))
	case syntax.Source:
		return &sourceTest{k.sources, e}
	case syntax.Bookmarked:
		return bookmarkTest(k.bookmarked)
	case syntax.Time:
		return &timeTest{e}
	case syntax.ID:
		return &idTest{e}
	case syntax.Type:
		return &typeTest{e}
	case syntax.Text:
		return &textTest{newNeedle(string(e))}
	case syntax.Field:
		return newFieldTest(e)
	case syntax.Regexp:
		return &patternTest{e.Regexp, patternNeed(e.Pattern)}
	}
	return constTest(true)
}

func compileTests(list []syntax.Expr, k known) []test {
	tests := make([]test, len(list))
	for i, e := range list {
		tests[i] = compileTest(e, k)
	}
	slices.SortStableFunc(tests, func(a, b test) int { return cmp.Compare(cost(a), cost(b)) })
	return tests
}

// cost orders the tests by the time that they take.
func cost(t test) int {
	switch t := t.(type) {
	case constTest:
		return 0
	case *timeTest, *idTest, *typeTest, bookmarkTest:
		return 1
	case *sourceTest:
		return 2
	case *textTest:
		return 3
	case *fieldTest:
		return 5
	case *patternTest:
		return 6
	case notTest:
		return cost(t.test)
	case allTests:
		if len(t) > 0 {
			return cost(t[len(t)-1])
		}
	case anyTest:
		return cost(t[len(t)-1])
	}
	return 4
}
