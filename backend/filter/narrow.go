package filter

import (
	"time"

	"signalbox/backend/filter/syntax"
)

// Times returns when every event was received that f selects: at the time from or
// later, and before the time to. A zero time is no bound.
func (f *Filter) Times() (from, to time.Time) {
	r := times(f.tree, false)
	return r.from, r.to
}

// A timeRange is from <= time < to. A zero time is no bound.
type timeRange struct{ from, to time.Time }

// times returns the range of an expression, or of its opposite.
func times(e syntax.Expr, opposite bool) timeRange {
	switch e := e.(type) {
	case syntax.Not:
		return times(e.Expr, !opposite)
	case syntax.And:
		return timesOf(e, opposite, opposite)
	case syntax.Or:
		return timesOf(e, opposite, !opposite)
	case syntax.Time:
		if e.Before != opposite {
			return timeRange{to: e.At}
		}
		return timeRange{from: e.At}
	}
	return timeRange{}
}

// timesOf returns the range in which all of the list, or any of it, may be true.
func timesOf(list []syntax.Expr, opposite, any bool) timeRange {
	if len(list) == 0 {
		return timeRange{}
	}
	r := times(list[0], opposite)
	for _, e := range list[1:] {
		part := times(e, opposite)
		if later := part.from.After(r.from); later != any {
			r.from = part.from
		}
		switch {
		case r.to.IsZero() != part.to.IsZero():
			if r.to.IsZero() != any {
				r.to = part.to
			}
		case part.to.After(r.to) == any:
			r.to = part.to
		}
	}
	return r
}

// ByHead reports whether the source, the kind and the type of a message that was
// received within f.Times decide whether f selects it.
func (f *Filter) ByHead() bool {
	terms, ok := f.tree.(syntax.And)
	if !ok {
		terms = syntax.And{f.tree}
	}
	for _, e := range terms {
		if _, isTime := e.(syntax.Time); !isTime && !byHead(e) {
			return false
		}
	}
	return true
}

func byHead(e syntax.Expr) bool {
	all := func(list []syntax.Expr) bool {
		for _, e := range list {
			if !byHead(e) {
				return false
			}
		}
		return true
	}
	switch e := e.(type) {
	case syntax.And:
		return all(e)
	case syntax.Or:
		return all(e)
	case syntax.Not:
		return byHead(e.Expr)
	case syntax.Type, syntax.Source, syntax.Kind:
		return true
	}
	return false
}
