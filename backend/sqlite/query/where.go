package query

import (
	"slices"
	"strings"

	"signalbox/backend/filter"
	"signalbox/backend/filter/syntax"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// A sqlCondition is an expression of SQL about a row of messages, or a constant.
type sqlCondition struct {
	text  string
	args  []any
	value syntax.Result // Yes or No of a constant, else Unknown
}

func sqlConstant(b bool) sqlCondition { return sqlCondition{value: syntax.ResultOf(b)} }

func sqlTest(text string, args ...any) sqlCondition { return sqlCondition{text: text, args: args} }

// sqlJoin joins conditions with " AND ", which the constant neutral does not
// change, or with " OR ".
func sqlJoin(operator string, neutral syntax.Result, list []sqlCondition) sqlCondition {
	var joined sqlCondition
	var parts []string
	for _, c := range list {
		switch c.value {
		case neutral:
		case -neutral:
			return c
		default:
			parts, joined.args = append(parts, c.text), append(joined.args, c.args...)
		}
	}
	if len(parts) == 0 {
		return sqlCondition{value: neutral}
	}
	if joined.text = parts[0]; len(parts) > 1 {
		joined.text = "(" + strings.Join(parts, operator) + ")"
	}
	return joined
}

func sqlAnd(list ...sqlCondition) sqlCondition { return sqlJoin(" AND ", syntax.Yes, list) }
func sqlOr(list ...sqlCondition) sqlCondition  { return sqlJoin(" OR ", syntax.No, list) }

func sqlNot(c sqlCondition) sqlCondition {
	if c.value != syntax.Unknown {
		return sqlCondition{value: -c.value}
	}
	return sqlCondition{text: "NOT " + c.text, args: c.args}
}

// A whereSQL makes SQL of the tree of a filter. What SQL cannot decide is left to
// Match: the condition is then one that all selected messages fulfil.
type whereSQL struct {
	filter *filter.Filter
	exact  bool // whether the SQL selects no other messages than Match
}

// condition returns the SQL of a tree for events, or for gaps and notes. If above,
// it is true wherever the tree may be true, else only where it is certainly true.
// The two differ in the terms that SQL cannot decide, and in conditions on events,
// which are unknown for gaps and notes; they change places below a Not.
func (w *whereSQL) condition(e syntax.Expr, events, above bool) sqlCondition {
	switch e := e.(type) {
	case syntax.And:
		return sqlAnd(w.conditions(e, events, above)...)
	case syntax.Or:
		return sqlOr(w.conditions(e, events, above)...)
	case syntax.Not:
		return sqlNot(w.condition(e.Expr, events, !above))
	case syntax.Source:
		return sqlIn("+source", w.filter.SourcesOf(e))
	case syntax.Time:
		at := conn.MicrosUp(e.At)
		if e.Before {
			return sqlTest("received < ?", at)
		}
		return sqlTest("received >= ?", at)
	case syntax.Kind:
		if events {
			return sqlConstant(slices.Contains(e, live.Event))
		}
		return sqlIn("kind", e)
	}
	if _, ok := e.(syntax.Bookmarked); ok {
		// The plus keeps SQLite from sorting what the bookmarks lead to.
		return sqlTest("+number IN (SELECT number FROM bookmarks WHERE removed = 0)")
	}
	if !events {
		return sqlConstant(above)
	}
	switch e := e.(type) {
	case syntax.ID:
		return sqlIn("ifnull(id, '')", e)
	case syntax.Type:
		list := make([]sqlCondition, len(e))
		for i, t := range e {
			switch prefix, ok := strings.CutSuffix(t, "*"); {
			case !ok:
				list[i] = sqlTest("type = ?", t)
			case prefix == "":
				list[i] = sqlConstant(true)
			default:
				list[i] = sqlTest("instr(type, ?) = 1", prefix)
			}
		}
		return sqlOr(list...)
	case syntax.Text:
		return sqlContains(lower(string(e)), true)
	}
	w.exact = false
	if !above {
		return sqlConstant(false)
	}
	need := filter.NeedOf(e)
	_, inData := e.(syntax.Field)
	return sqlNeed(&need, !inData)
}

func (w *whereSQL) conditions(list []syntax.Expr, events, above bool) []sqlCondition {
	conditions := make([]sqlCondition, len(list))
	for i, e := range list {
		conditions[i] = w.condition(e, events, above)
	}
	return conditions
}

// sqlIn returns the condition that a column has one of the values.
func sqlIn[T any](column string, values []T) sqlCondition {
	if len(values) == 0 {
		return sqlConstant(false)
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return sqlTest(column+" IN (?"+strings.Repeat(",?", len(args)-1)+")", args...)
}

// sqlContains returns the condition that a text in lower case occurs in the data,
// or if inType in the type. lower changes A to Z only, as Match does. Both functions
// also read the text after a NUL; LIKE would not.
func sqlContains(text string, inType bool) sqlCondition {
	if text == "" {
		return sqlConstant(true)
	}
	contains := "instr(lower(?), ?) > 0"
	if !strings.ContainsFunc(text, func(r rune) bool { return 'a' <= r && r <= 'z' }) {
		contains = "instr(?, ?) > 0"
	}
	c := sqlTest(strings.Replace(contains, "?", "data", 1), text)
	if inType {
		c = sqlOr(c, sqlTest(strings.Replace(contains, "?", "type", 1), text))
	}
	return c
}

// sqlNeed returns the condition that the data, or if inType the type, has the
// pieces.
func sqlNeed(n *filter.Need, inType bool) sqlCondition {
	if n.Piece != "" {
		return sqlContains(n.Piece, inType)
	}
	list := n.All
	if len(n.Any) > 0 {
		list = n.Any
	}
	conditions := make([]sqlCondition, len(list))
	for i := range list {
		conditions[i] = sqlNeed(&list[i], inType)
	}
	if len(n.Any) > 0 {
		return sqlOr(conditions...)
	}
	return sqlAnd(conditions...)
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
