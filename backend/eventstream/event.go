package eventstream

// A Kind is the kind of an Event.
type Kind uint8

const (
	// Dispatched is an event that the standard dispatches (9.2.6).
	Dispatched Kind = iota
	// IDOnly is a blank line that changed the last event ID and dispatched
	// nothing.
	IDOnly
	// TooLarge is an event over a size limit. Only its size is known.
	TooLarge
	// Truncated is an event over a size limit that the end of the stream cut off.
	Truncated
)

// An Event is what the parser found at a blank line or at the end of the stream.
type Event struct {
	Kind        Kind
	Type        string // never empty in a Dispatched event
	Data        string // lines joined by LF
	LastEventID string // the last event ID after this event
	HasID       bool   // the event has an id field, whose value is LastEventID
	Retry       int64  // the reconnection time in the event, in milliseconds; -1 means none
	// Size is the size of the received data in bytes; if Overlong is not empty, the
	// size of that field.
	Size int64
	// Overlong is "id" or "type" if that field is over its limit, and empty if the
	// data is.
	Overlong string
	// Origin is the position at which the message was first published, if the
	// server is a Signalbox.
	Origin string
}
