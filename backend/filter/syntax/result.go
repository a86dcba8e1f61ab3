package syntax

import (
	"slices"

	"signalbox/backend/live"
)

// A Result is what an expression says about a message.
type Result int8

// The three results. A condition on events is Unknown for a gap or a note.
const (
	No      Result = -1
	Unknown Result = 0
	Yes     Result = 1
)

// ResultOf returns Yes or No.
func ResultOf(b bool) Result {
	if b {
		return Yes
	}
	return No
}

// Evaluate returns the result of an expression of whose terms leaf returns the
// results. An And is as the least of its results, an Or as the greatest.
func Evaluate(e Expr, leaf func(Expr) Result) Result {
	switch e := e.(type) {
	case And:
		r := Yes
		for _, child := range e {
			r = min(r, Evaluate(child, leaf))
		}
		return r
	case Or:
		r := No
		for _, child := range e {
			r = max(r, Evaluate(child, leaf))
		}
		return r
	case Not:
		return -Evaluate(e.Expr, leaf)
	}
	return leaf(e)
}

// OfKind returns the result for a message of which only the kind is known.
func OfKind(e Expr, k live.Kind) Result {
	return Evaluate(e, func(e Expr) Result {
		if e, ok := e.(Kind); ok {
			return ResultOf(slices.Contains(e, k))
		}
		return Unknown
	})
}
