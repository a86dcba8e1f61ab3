package query

import (
	"slices"
	"strings"

	"signalbox/backend/filter"
	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/row"
)

// A builder is a SELECT under construction.
type builder struct {
	text strings.Builder
	args []any
}

func (b *builder) add(text string, args ...any) {
	b.text.WriteString(text)
	b.args = append(b.args, args...)
}

// addColumns adds the columns of a page.
func (b *builder) addColumns(preview int) {
	text, args := row.PageColumns(preview)
	b.add(text, args...)
}

// addList adds numbers as a list of placeholders.
func (b *builder) addList(ids []int64) {
	for i, id := range ids {
		if i > 0 {
			b.add(",")
		}
		b.add("?", id)
	}
}

// addSources adds a condition on the source, unless ids is empty. The plus prevents
// SQLite from reading the index of one source after the other and sorting.
func (b *builder) addSources(ids []int64) {
	if len(ids) > 0 {
		b.add(" AND +source IN (")
		b.addList(ids)
		b.add(")")
	}
}

// addNumbers adds a SELECT of the first limit numbers (the last, if newest) of each
// of a few sources. Each reads a short part of the index; "source IN (…) ORDER BY
// number" would read all of it.
func (b *builder) addNumbers(ids []int64, after, through int64, newest bool, limit int) {
	for i, id := range ids {
		if i > 0 {
			b.add(" UNION ALL ")
		}
		b.add("SELECT number FROM (SELECT number FROM messages WHERE source = ? AND number >= 1 + ? AND number <= ? ORDER BY number"+
			direction(newest)+" LIMIT ?)", id, after, through, limit)
	}
}

func (b *builder) addCondition(c sqlCondition) {
	switch c.value {
	case syntax.No:
		b.add(" AND 0")
	case syntax.Unknown:
		b.add(" AND "+c.text, c.args...)
	}
}

func direction(newest bool) string {
	if newest {
		return " DESC"
	}
	return ""
}

// A selection is a live.Filter as conditions of SQL.
type selection struct {
	filter  *live.Filter
	sources []int64  // one of these sources; empty means all
	ids     []string // events have one of these ids; empty means any
	marked  bool     // whether all messages have a bookmark
	events  sqlCondition
	gaps    sqlCondition // of gaps and notes
	exact   bool         // whether the conditions select the same messages as Match; else they select more
}

// noSource is the id of no source.
const noSource = 0

// newSelection compiles a filter. Sources, types and names are looked up once.
func newSelection(f *live.Filter) *selection {
	s := &selection{filter: f, sources: f.Sources, exact: true}
	s.events, s.gaps = sqlConstant(f.Wants(live.Event)), sqlConstant(f.WantsGaps())
	if where, ok := f.Where.(*filter.Filter); ok {
		w := whereSQL{filter: where, exact: true}
		s.events = sqlAnd(s.events, w.condition(where.Tree(), true, true))
		s.gaps = sqlAnd(s.gaps, w.condition(where.Tree(), false, true))
		s.exact = w.exact
		s.narrow(where)
	} else if f.Where != nil {
		s.exact = false
	}
	if len(f.Kinds) > 0 {
		s.gaps = sqlAnd(s.gaps, sqlIn("kind", f.Kinds))
	}
	if len(f.Except) > 0 {
		except := sqlNot(sqlIn("+source", f.Except))
		s.events, s.gaps = sqlAnd(s.events, except), sqlAnd(s.gaps, except)
	}
	return s
}

// narrow sets the sources and the ids that every message must have, and whether it
// must have a bookmark. An index leads to them.
func (s *selection) narrow(where *filter.Filter) {
	terms, ok := where.Tree().(syntax.And)
	if !ok {
		terms = syntax.And{where.Tree()}
	}
	for _, e := range terms {
		switch e := e.(type) {
		case syntax.ID:
			s.ids = e
		case syntax.Bookmarked:
			s.marked = true
		case syntax.Source:
			ids := where.SourcesOf(e)
			if len(s.sources) > 0 {
				ids = slices.DeleteFunc(ids, func(id int64) bool { return !slices.Contains(s.sources, id) })
			}
			if s.sources = ids; len(ids) == 0 {
				s.sources = []int64{noSource}
			}
		}
	}
}

// all reports whether the selection has no condition besides its sources.
func (s *selection) all() bool {
	return s.events.value == syntax.Yes && s.gaps.value == syntax.Yes && s.exact
}

func (s *selection) wantsEvents() bool { return s.events.value != syntax.No }
func (s *selection) wantsGaps() bool   { return s.gaps.value != syntax.No }

// addSelection adds the conditions of s except its sources. They select the
// messages that live.Filter.Match selects, and more if s is not exact; a test
// compares the two.
func (b *builder) addSelection(s *selection) {
	// The kind is tested first, because that is fast.
	switch {
	case s.gaps.value == syntax.Yes:
		b.addCondition(sqlOr(sqlTest("kind <> 0"), s.events))
	case s.gaps.value == syntax.No:
		b.addCondition(sqlAnd(sqlTest("kind = 0"), s.events))
	default:
		b.addCondition(sqlOr(sqlAnd(sqlTest("kind <> 0"), s.gaps), sqlAnd(sqlTest("kind = 0"), s.events)))
	}
}

// addGaps adds a SELECT of the first limit numbers (the last, if newest) of the
// gaps and notes of s. These have an index of their own, because they are few and
// nearly every filter selects them.
func (b *builder) addGaps(s *selection, after, through int64, newest bool, limit int) {
	b.add("SELECT number FROM (SELECT number FROM messages WHERE kind <> 0 AND number >= 1 + ? AND number <= ?", after, through)
	b.addCondition(s.gaps)
	b.addSources(s.sources)
	b.add(" ORDER BY number"+direction(newest)+" LIMIT ?)", limit)
}
