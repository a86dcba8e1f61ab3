package live

import (
	"slices"
	"strings"
)

// A Filter says which messages somebody wants. The zero Filter wants all.
// The same Filter is compiled to SQL by the store and tests one message in
// Match; both ignore the case of A to Z only, so that they agree.
//
// Types, ID, Text and Without are conditions on events. Gaps and notes pass
// them, because a view without its gaps reads as if nothing was missed. Only
// Sources and Kinds leave them out.
type Filter struct {
	Sources []int64  // of these sources; empty means all
	Kinds   []Kind   // of these kinds; empty means all
	Types   []string // of these event types, "order.*" for all that begin so; empty means all
	ID      string   // with this event id; empty means any
	Text    []string // each somewhere in the data or the event type
	Without []string // none of these there
}

// IsZero reports whether f wants every message of its sources.
func (f *Filter) IsZero() bool {
	return len(f.Kinds) == 0 && len(f.Types) == 0 && f.ID == "" && len(f.Text) == 0 && len(f.Without) == 0
}

// Wants reports whether f wants any messages of that kind.
func (f *Filter) Wants(k Kind) bool {
	return len(f.Kinds) == 0 || slices.Contains(f.Kinds, k)
}

// WantsGaps reports whether f wants gaps or notes.
func (f *Filter) WantsGaps() bool { return f.Wants(GapKind) || f.Wants(NoteKind) }

// Match reports whether f wants m.
func (f *Filter) Match(m *Message) bool {
	if len(f.Sources) > 0 && !slices.Contains(f.Sources, m.Source) || !f.Wants(m.Kind) {
		return false
	}
	if m.Kind != Event {
		return true
	}
	if f.ID != "" && m.ID != f.ID {
		return false
	}
	if len(f.Types) > 0 && !matchAny(f.Types, m.Type) {
		return false
	}
	for _, t := range f.Text {
		if !containsFold(m.Data, t) && !containsFold(m.Type, t) {
			return false
		}
	}
	for _, t := range f.Without {
		if containsFold(m.Data, t) || containsFold(m.Type, t) {
			return false
		}
	}
	return true
}

func matchAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(s, prefix) || p == s {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func containsFold(s, sub string) bool {
	if sub == "" {
		return true
	}
	first := lower(sub[0])
	for i := 0; i+len(sub) <= len(s); i++ {
		if lower(s[i]) == first && equalFold(s[i:i+len(sub)], sub) {
			return true
		}
	}
	return false
}

func equalFold(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}
