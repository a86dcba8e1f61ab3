package live

import "slices"

// A Filter selects messages. The zero Filter selects all of them.
type Filter struct {
	Sources []int64   // one of these sources; empty means all
	Except  []int64   // none of these sources
	Kinds   []Kind    // one of these kinds; empty means all
	Where   Condition // nil means all
}

// A Condition decides about single messages. Package filter makes it of what a
// user has typed.
type Condition interface {
	// Match reports whether the condition selects m. Any goroutine may call it.
	Match(m *Message) bool
	// Wants reports whether it may select messages of kind k.
	Wants(k Kind) bool
}

// IsZero reports whether f has no condition besides its sources.
func (f *Filter) IsZero() bool { return len(f.Kinds) == 0 && f.Where == nil }

// Wants reports whether f may select messages of kind k.
func (f *Filter) Wants(k Kind) bool {
	return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, k)) && (f.Where == nil || f.Where.Wants(k))
}

// WantsGaps reports whether f may select gaps or notes.
func (f *Filter) WantsGaps() bool { return f.Wants(GapKind) || f.Wants(NoteKind) }

// Match reports whether f selects m.
func (f *Filter) Match(m *Message) bool {
	return (len(f.Sources) == 0 || slices.Contains(f.Sources, m.Source)) && !slices.Contains(f.Except, m.Source) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, m.Kind)) && (f.Where == nil || f.Where.Match(m))
}
