package sqlite

import (
	"strings"
	"unicode/utf8"

	"signalbox/backend/live"
)

// A query is a SELECT under construction.
type query struct {
	text strings.Builder
	args []any
}

func (q *query) add(text string, args ...any) {
	q.text.WriteString(text)
	q.args = append(q.args, args...)
}

// list adds numbers as a list of placeholders.
func (q *query) list(ids []int64) {
	for i, id := range ids {
		if i > 0 {
			q.add(",")
		}
		q.add("?", id)
	}
}

// sources adds a test of the source that does not tempt SQLite to walk the
// index of one source after the other and sort: the plus rules that out.
func (q *query) sources(ids []int64) {
	if len(ids) > 0 {
		q.add(" AND +source IN (")
		q.list(ids)
		q.add(")")
	}
}

// kinds adds a test of the kind, where not all are wanted.
func (q *query) kinds(kinds []live.Kind) {
	for i, k := range kinds {
		if i == 0 {
			q.add(" AND kind IN (?", int(k))
		} else {
			q.add(",?", int(k))
		}
	}
	if len(kinds) > 0 {
		q.add(")")
	}
}

// numbers adds a SELECT of the first limit numbers (or last, where newest) of
// each of a few sources. Each is a short walk along the index by itself;
// "source IN (…) ORDER BY number" would walk all of it.
func (q *query) numbers(ids []int64, after, through int64, newest bool, limit int) {
	for i, id := range ids {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("SELECT number FROM (SELECT number FROM messages WHERE source = ? AND number >= 1 + ? AND number <= ? ORDER BY number"+
			direction(newest)+" LIMIT ?)", id, after, through, limit)
	}
}

// gaps adds a SELECT of the first limit numbers (or last, where newest) of the
// gaps and notes that f wants. They have an index of their own, because they
// are few and every filter wants them.
func (q *query) gaps(f *live.Filter, after, through int64, newest bool, limit int) {
	q.add("SELECT number FROM (SELECT number FROM messages WHERE kind <> 0 AND number >= 1 + ? AND number <= ?", after, through)
	q.kinds(f.Kinds)
	q.sources(f.Sources)
	q.add(" ORDER BY number"+direction(newest)+" LIMIT ?)", limit)
}

func direction(newest bool) string {
	if newest {
		return " DESC"
	}
	return ""
}

// filter adds the tests of f but that of its sources. It means what
// live.Filter.Match means, and a test holds the two together.
func (q *query) filter(f *live.Filter) {
	if f.IsZero() {
		return
	}
	q.kinds(f.Kinds)
	if !f.Wants(live.Event) {
		return
	}
	// The conditions below are on events: gaps and notes pass them. Their kind
	// is tested first, because it costs next to nothing.
	if f.WantsGaps() {
		q.add(" AND (kind <> 0 OR (1")
		defer q.add("))")
	}
	if f.ID != "" {
		q.add(" AND +id = ?", f.ID) // its index is asked elsewhere
	}
	if len(f.Types) > 0 {
		q.add(" AND (")
		for i, t := range f.Types {
			if i > 0 {
				q.add(" OR ")
			}
			if prefix, ok := strings.CutSuffix(t, "*"); ok {
				q.add("instr(type, ?) = 1", prefix)
			} else {
				q.add("type = ?", t)
			}
		}
		q.add(")")
	}
	// lower folds A to Z only, as Match does, and both functions go by length,
	// so they see what stands behind a NUL. LIKE would not.
	const somewhere = "(instr(lower(data), ?1) > 0 OR instr(lower(type), ?1) > 0)"
	for _, t := range f.Text {
		if t != "" {
			q.add(" AND "+strings.ReplaceAll(somewhere, "?1", "?"), lower(t), lower(t))
		}
	}
	for _, t := range f.Without {
		q.add(" AND NOT "+strings.ReplaceAll(somewhere, "?1", "?"), lower(t), lower(t))
	}
}

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// wholeRunes cuts off a character that was cut in two at the end of b.
func wholeRunes(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
