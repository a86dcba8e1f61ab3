package live

import "time"

// A Gap is a stretch of messages that are missing, or may be missing. The
// journal stores it among the messages of its source, as a message of kind
// GapKind whose Data is this JSON.
type Gap struct {
	// Missing is the number of missing messages: nil if it is unknown, 0 if a
	// check has found that none is missing.
	Missing *int64 `json:"missing"`
	// Code never changes: "disconnected", "restarted", "paused", "reconnected",
	// "edited", "removed", "trimmed", "unknown_id", "ambiguous_id",
	// "other_epoch", "too_large", "limit", "refused", "no_ids", "damaged".
	// docs/api.md explains each.
	Code   string `json:"code"`
	Reason string `json:"reason"` // one or two sentences in English
	// Text and Params make Reason in another language, as in Error.
	Text   string    `json:"text,omitempty"`
	Params Params    `json:"params,omitempty"`
	From   time.Time `json:"from,omitzero"`   // when the stretch began
	To     time.Time `json:"to,omitzero"`     // when it ended
	After  string    `json:"after,omitempty"` // the id of the last message before the stretch
	// WaitedMS is the part of an outage in which Signalbox itself waited before
	// its next attempt to connect, in milliseconds.
	WaitedMS int64 `json:"waited_ms,omitempty"`
	// Count is the number of outages in this gap; 0 for a single one.
	Count int64 `json:"count,omitempty"`
}

// Because returns g with t as its reason. If g has no code yet, it gets the base
// code of t.
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

// A Note is an event of the connection of a source that the timeline shows.
// Every change of a feed's State is one. The journal stores it as a message of
// kind NoteKind whose Data is this JSON.
type Note struct {
	// Code never changes: "opened", "lost", "failed", "quiet", "heard",
	// "stopped", "paused", "resumed", "reconnected", "edited", "own", "shape".
	// docs/api.md explains each.
	Code   string `json:"code"`
	Reason string `json:"reason"` // one or two sentences in English
	// Text and Params make Reason in another language, as in Error.
	Text   string `json:"text,omitempty"`
	Params Params `json:"params,omitempty"`
	// Count is how often it happened; 0 means once.
	Count int64 `json:"count,omitempty"`
}

// NewNote returns a Note with t as its reason and the base code of t.
func NewNote(t Text) Note {
	return Note{Code: baseCode(t.Code), Reason: t.English, Text: t.subcode(), Params: t.Params}
}
