package live

import "time"

// A Gap is a stretch of messages that are known to be missing, or of which it
// is not known whether any are missing. It is stored in the journal where it
// belongs, as a message of kind GapKind whose Data is this JSON.
type Gap struct {
	// Missing is how many messages are missing: nil where that cannot be
	// known, 0 where it was checked that nothing is.
	Missing *int64 `json:"missing"`
	// Code never changes: "disconnected", "restarted", "paused", "reconnected",
	// "edited", "removed", "trimmed", "unknown_id", "ambiguous_id",
	// "other_epoch", "too_large", "limit", "refused", "no_ids", "damaged".
	// docs/api.md says what each means.
	Code   string `json:"code"`
	Reason string `json:"reason"` // one or two sentences in English
	// Text and Params say Reason in another language, as in Error.
	Text   string    `json:"text,omitempty"`
	Params Params    `json:"params,omitempty"`
	From   time.Time `json:"from,omitzero"`   // when the stretch began
	To     time.Time `json:"to,omitzero"`     // when it ended
	After  string    `json:"after,omitempty"` // the id that was resumed from
	// WaitedMS is how much of an outage Signalbox itself spent waiting before
	// its next attempt to connect, in milliseconds.
	WaitedMS int64 `json:"waited_ms,omitempty"`
	// Count is how many outages this one gap stands for; 0 for a single one.
	Count int64 `json:"count,omitempty"`
}

// Because returns g with t as its reason. Where g has no code yet, it gets the
// code that t belongs to.
func (g Gap) Because(t Text) Gap {
	if g.Code == "" {
		g.Code = baseCode(t.Code)
	}
	g.Reason, g.Params, g.Text = t.English, t.Params, ""
	if t.Code != g.Code {
		g.Text = t.Code
	}
	return g
}

// A Note is something that happened to the connection of a source and is worth
// a line in the timeline. Every change of a feed's State is one. It is stored
// as a message of kind NoteKind whose Data is this JSON.
type Note struct {
	// Code never changes: "opened", "lost", "failed", "quiet", "heard",
	// "stopped", "paused", "resumed", "reconnected", "edited", "own".
	// docs/api.md says what each means.
	Code   string `json:"code"`
	Reason string `json:"reason"` // one or two sentences in English
	// Text and Params say Reason in another language, as in Error.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
	// Count is how often it happened; 0 for once.
	Count int64 `json:"count,omitempty"`
}

// NewNote returns a Note that says t. Its code is the one that t belongs to.
func NewNote(t Text) Note {
	return Note{Code: baseCode(t.Code), Reason: t.English, Text: t.finer(), Params: t.Params}
}
