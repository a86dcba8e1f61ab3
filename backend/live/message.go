package live

import "time"

// A Kind tells the three sorts of entries of a journal apart.
type Kind uint8

const (
	// Event is a message as somebody published it or a feed delivered it.
	Event Kind = iota
	// GapKind is a Gap in the stream of its source, stored where it belongs.
	GapKind
	// NoteKind is a Note: something that happened to the connection itself.
	NoteKind
)

// String returns the word that JSON and the screen use.
func (k Kind) String() string { return [...]string{"event", "gap", "note"}[k] }

// A Draft is a message before the journal gave it a position.
type Draft struct {
	Source int64 // the id of its Source
	Kind   Kind

	// Type is the event type. It is never empty in the journal: the standard's
	// default, "message", is written out (HTML, 9.2.6, dispatch step 6).
	Type string
	// ID is what was chosen by the publisher or sent by the remote server;
	// empty where neither gave one. Then the position is the id on the wire.
	ID string
	// Data is the text, lines joined by LF as a client reads them. For a
	// GapKind or NoteKind it is the JSON of the Gap or Note.
	Data string
	// Retry is the reconnection time in milliseconds sent with the event, nil
	// where none was. Zero is a time like any other.
	Retry *int64
	// Connection counts the connections of its feed; 0 for a channel.
	Connection int64
	// Origin is the position, as text, that it has in the Signalbox that it was
	// first published in, where it came from there; else empty.
	Origin string
	// Home says that it came over a stream of this very journal: then a message
	// of any source with its Origin is the same one. For Append only.
	Home bool
	// Once asks for a retry to be recognised: a message with the same type, id
	// and data in the same source within RetryTime is stored once. Where Key is
	// set (the publisher's Idempotency-Key) it takes the place of the id. Both
	// are for Append only; readers do not get them.
	Once bool
	Key  string
	// Received is when it reached this program, to the microsecond. The
	// journal fills it in where it is zero. The system's clock may jump;
	// order comes from positions alone.
	Received time.Time
}

// Size returns how much a message counts to what is kept, in bytes: all of its
// texts.
func (d *Draft) Size() int { return len(d.Data) + len(d.Type) + len(d.ID) + len(d.Origin) + len(d.Key) }

// RetryTime is for how long the retry of a publish is recognised.
const RetryTime = time.Hour

// A Message is one event as it lies in the journal. It never changes.
type Message struct {
	Number int64 // its position's number
	Draft
	// Again says that an older message of its source has the same ID. An id on
	// the wire must lead back to one place, so that of this message is its
	// position.
	Again bool
	// Cut is set in a Page that was asked for with a Preview, where Type or ID
	// are not whole.
	Cut bool
	// Repeated is set by Append alone: the message is in the journal already,
	// with this Number, and was not stored again.
	Repeated bool
}
