package eventstream

import (
	"strings"

	"signalbox/backend/wire"
)

// A Kind says what an Event stands for.
type Kind uint8

const (
	// Dispatched is an event that the standard dispatches (9.2.6).
	Dispatched Kind = iota
	// IDOnly is a blank line that changed the last event ID and dispatched
	// nothing.
	IDOnly
	// TooLarge is an event over the size limit. Only its size is known.
	TooLarge
	// Truncated is the same where the stream ended before the event did.
	Truncated
)

// An Event is one thing that a stream said.
type Event struct {
	Kind        Kind
	Type        string // never empty in a Dispatched event
	Data        string // lines joined by LF
	LastEventID string // the last event ID after this event
	HasID       bool   // whether the event came with an id of its own: LastEventID
	Retry       int64  // the reconnection time in the event, in milliseconds; -1 where there was none
	// Size is the size of the data as received, in bytes, or that of the field
	// in Oversize.
	Size int64
	// Oversize is "id" or "type" where that field is over its limit, and empty
	// where the data is.
	Oversize string
	// Origin is the position at which the message was first published, where
	// the server is a Signalbox; else empty.
	Origin string
}

// CanSend reports whether an id can be sent as Last-Event-ID. A browser sends
// any control character but NUL, CR and LF; net/http sends none but the tab. An
// id longer than wire.MaxID was stored by an earlier version, and servers refuse
// requests with such headers.
func CanSend(id string) bool {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }
	return id != "" && len(id) <= wire.MaxID && !strings.ContainsFunc(id, control)
}
