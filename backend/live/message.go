package live

import "time"

// A Kind is one of the three sorts of entries in a journal.
type Kind uint8

const (
	// Event is a message that somebody published or that a feed received.
	Event Kind = iota
	// GapKind is a Gap, stored among the messages of its source.
	GapKind
	// NoteKind is a Note about the connection of its source.
	NoteKind
)

// String returns the word for k in JSON and on screen.
func (k Kind) String() string { return [...]string{"event", "gap", "note"}[k] }

// A Draft is a message that has no number yet. Append makes a Message of it.
type Draft struct {
	Source int64 // the id of its Source
	Kind   Kind

	// Type is the event type. The journal never holds an empty one: the
	// standard's default, "message", is written out (HTML, 9.2.6, step 6 of
	// dispatching).
	Type string
	// ID is the event id that the publisher chose or the remote server sent; empty
	// if there is none. A message without one is sent with its position as id.
	ID string
	// Data is the text of the event, its lines joined by LF (HTML, 9.2.6). For
	// a GapKind or NoteKind it is the JSON of the Gap or Note.
	Data string
	// Retry is the reconnection time that was sent with the event, in
	// milliseconds; nil if none was sent. 0 is a valid time.
	Retry *int64
	// Connection is the number of the feed's connection that received the
	// message, from 1; 0 for a channel.
	Connection int64
	// Origin is the position, as text, of the message in the Signalbox that first
	// published it; empty if that is this one.
	Origin string
	// OwnStream reports that a stream of this journal sent the message. A stored
	// message of any source with the same Origin is then the same message. Append
	// uses it; readers do not get it.
	OwnStream bool
	// Once makes Append recognise a retried publish: it does not store a message
	// again if the source has one with the same type, id and data that was received
	// within RetryWindow. If Key, the publisher's Idempotency-Key, is set, it is
	// compared instead of the id. Append uses both; readers do not get them.
	Once bool
	Key  string
	// Received is when the message reached this program, to the microsecond. The
	// journal sets it if it is zero. Messages are ordered by their numbers and not
	// by this time, because the system's clock may jump.
	Received time.Time
}

// Size returns the bytes that a message adds towards Keep.Bytes: the sum of its
// texts.
func (d *Draft) Size() int { return len(d.Data) + len(d.Type) + len(d.ID) + len(d.Origin) + len(d.Key) }

// RetryWindow is how long after a publish a repeat of it is recognised.
const RetryWindow = time.Hour

// A Message is one entry of the journal. It never changes.
type Message struct {
	Number int64 // the number of its Position
	Draft
	// DuplicateID reports that an older message of the source has the same ID. An
	// id on the wire must stand for one message, so this message is sent with its
	// position as id.
	DuplicateID bool
	// Cut reports that Type or ID is shortened. Only a Page of a Query with a
	// Preview has such messages.
	Cut bool
	// Repeated reports that the message was in the journal already, with this
	// Number, and was not stored again. Only Append sets it.
	Repeated bool
}

// StoredTime returns t as the store keeps it: in UTC, to the microsecond, without
// the monotonic clock. The zero time stays zero.
func StoredTime(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}
