package live

import (
	"slices"
	"strings"
)

// A Filter selects messages. The zero Filter selects all of them. The store
// compiles a Filter to SQL, and Match tests one message in memory. Both ignore
// the case of the letters A to Z only, as SQLite does.
//
// Types, ID, Text and Without are conditions on events. Gaps and notes pass
// them, so that a filtered view still shows that messages are missing. Only
// Sources, Except and Kinds can exclude gaps and notes.
type Filter struct {
	Sources []int64  // one of these sources; empty means all
	Except  []int64  // none of these sources
	Kinds   []Kind   // one of these kinds; empty means all
	Types   []string // one of these event types; "order.*" means all types that begin with "order."; empty means all
	ID      string   // this event id; empty means any
	Text    []string // each of these occurs in the data or the event type
	Without []string // none of these occurs in the data or the event type
}

// IsZero reports whether f has no condition besides its sources.
func (f *Filter) IsZero() bool {
	return len(f.Kinds) == 0 && len(f.Types) == 0 && f.ID == "" && len(f.Text) == 0 && len(f.Without) == 0
}

// Wants reports whether f selects any messages of kind k.
func (f *Filter) Wants(k Kind) bool {
	return len(f.Kinds) == 0 || slices.Contains(f.Kinds, k)
}

// WantsGaps reports whether f selects gaps or notes.
func (f *Filter) WantsGaps() bool { return f.Wants(GapKind) || f.Wants(NoteKind) }

// Match reports whether f selects m.
func (f *Filter) Match(m *Message) bool {
	if len(f.Sources) > 0 && !slices.Contains(f.Sources, m.Source) || slices.Contains(f.Except, m.Source) || !f.Wants(m.Kind) {
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

// matchAny reports whether s matches one of the patterns.
func matchAny(patterns []string, s string) bool {
	for _, p := range patterns {
		if prefix, ok := strings.CutSuffix(p, "*"); ok && strings.HasPrefix(s, prefix) || p == s {
			return true
		}
	}
	return false
}

// lower returns A to Z in lower case and every other byte unchanged.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// containsFold reports whether sub occurs in s, ignoring the case of A to Z.
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

// equalFold compares two strings of equal length, ignoring the case of A to Z.
func equalFold(a, b string) bool {
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}
