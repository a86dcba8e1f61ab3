package query

import (
	"strings"

	"signalbox/backend/live"
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

// addExcept adds a condition against the sources that f excludes.
func (b *builder) addExcept(f *live.Filter) {
	if len(f.Except) > 0 {
		b.add(" AND +source NOT IN (")
		b.addList(f.Except)
		b.add(")")
	}
}

// addKinds adds a condition on the kind, unless kinds is empty.
func (b *builder) addKinds(kinds []live.Kind) {
	for i, k := range kinds {
		if i == 0 {
			b.add(" AND kind IN (?", int(k))
		} else {
			b.add(",?", int(k))
		}
	}
	if len(kinds) > 0 {
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

// addGaps adds a SELECT of the first limit numbers (the last, if newest) of the
// gaps and notes that f selects. These have an index of their own, because they are
// few and nearly every filter selects them.
func (b *builder) addGaps(f *live.Filter, after, through int64, newest bool, limit int) {
	b.add("SELECT number FROM (SELECT number FROM messages WHERE kind <> 0 AND number >= 1 + ? AND number <= ?", after, through)
	b.addKinds(f.Kinds)
	b.addSources(f.Sources)
	b.addExcept(f)
	b.add(" ORDER BY number"+direction(newest)+" LIMIT ?)", limit)
}

func direction(newest bool) string {
	if newest {
		return " DESC"
	}
	return ""
}

// addFilter adds the conditions of f except its Sources. They match the same
// messages as live.Filter.Match; a test compares the two.
func (b *builder) addFilter(f *live.Filter) {
	b.addExcept(f)
	if f.IsZero() {
		return
	}
	b.addKinds(f.Kinds)
	if !f.Wants(live.Event) {
		return
	}
	// The conditions below are for events; gaps and notes pass them. Their kind
	// is tested first, because that is fast.
	if f.WantsGaps() {
		b.add(" AND (kind <> 0 OR (1")
		defer b.add("))")
	}
	if f.ID != "" {
		b.add(" AND +id = ?", f.ID) // the plus prevents the use of the index; see pageRead.read
	}
	if len(f.Types) > 0 {
		b.add(" AND (")
		for i, t := range f.Types {
			if i > 0 {
				b.add(" OR ")
			}
			if prefix, ok := strings.CutSuffix(t, "*"); ok {
				b.add("instr(type, ?) = 1", prefix)
			} else {
				b.add("type = ?", t)
			}
		}
		b.add(")")
	}
	// lower changes A to Z only, as Match does. Both functions also read the text
	// after a NUL; LIKE would not.
	const contains = "(instr(lower(data), ?) > 0 OR instr(lower(type), ?) > 0)"
	for _, t := range f.Text {
		if t != "" {
			b.add(" AND "+contains, lower(t), lower(t))
		}
	}
	for _, t := range f.Without {
		b.add(" AND NOT "+contains, lower(t), lower(t))
	}
}

// lower does what SQLite's lower does.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
