package live

import "time"

// A Kind is one of the three sorts of entries in a journal.
type Kind uint8

const (
	// Event is a message that somebody published or that a feed received.
	Event Kind = iota
	// GapKind is a Gap, stored at its place among the messages of its source.
	GapKind
	// NoteKind is a Note about the connection of its source.
	NoteKind
)

// String returns the word for k in JSON and on screen.
func (k Kind) String() string { return [...]string{"event", "gap", "note"}[k] }

// A Draft is a message that has no position yet. Append turns it into a
// Message.
type Draft struct {
	Source int64 // the id of its Source
	Kind   Kind

	// Type is the event type. The journal never holds an empty one: the
	// standard's default, "message", is written out (HTML, 9.2.6, step 6 of
	// dispatching).
	Type string
	// ID is the event id that the publisher chose or the remote server sent;
	// empty where neither did. A message without one has its position as its id
	// on the wire.
	ID string
	// Data is the text of the event, its lines joined by LF (HTML, 9.2.6). For
	// a GapKind or NoteKind it is the JSON of the Gap or Note.
	Data string
	// Retry is the reconnection time that was sent with the event, in
	// milliseconds; nil where none was sent. 0 is a valid time.
	Retry *int64
	// Connection is the number of the feed's connection that brought the
	// message, from 1; 0 for a channel.
	Connection int64
	// Origin is the position, as text, that the message has in the Signalbox
	// where it was first published; empty where that is this one.
	Origin string
	// OwnStream says that the message came over a stream of this very journal. A
	// message of any source with the same Origin is then the same message.
	// Append uses it; readers do not get it.
	OwnStream bool
	// Once asks Append to recognise a retry: a message with the same type, id
	// and data in the same source within RetryWindow is not stored again. Key,
	// the publisher's Idempotency-Key, takes the place of the id where it is
	// set. Append uses both; readers do not get them.
	Once bool
	Key  string
	// Received is when the message reached this program, to the microsecond.
	// The journal sets it where it is zero. It does not tell the order of
	// messages, because the system's clock may jump: positions do.
	Received time.Time
}

// Size returns how many bytes a message counts towards Keep.Bytes: the sum of
// its texts.
func (d *Draft) Size() int { return len(d.Data) + len(d.Type) + len(d.ID) + len(d.Origin) + len(d.Key) }

// RetryWindow is how long after a publish its retry is recognised.
const RetryWindow = time.Hour

// A Message is one entry of the journal. It never changes.
type Message struct {
	Number int64 // of its Position
	Draft
	// DuplicateID says that an older message of the source has the same ID. An id on
	// the wire must lead back to one message, so this one is sent with its
	// position instead.
	DuplicateID bool
	// Cut says that Type or ID is shortened. Only a Page of a Query with a
	// Preview has such messages.
	Cut bool
	// Repeated says that the message was in the journal already, with this
	// Number, and was not stored again. Only Append sets it.
	Repeated bool
}

// StoredTime returns a time as all times are stored: in UTC, to the microsecond,
// without the monotonic clock. The zero time stays zero.
func StoredTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
