package journal

import (
	"context"
	"time"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// A Store keeps what must outlive the process. Its writing methods are called
// by the journal's one writer goroutine; its reading methods by anybody at any
// time.
//
// An error of Append that is about the messages themselves is a live.Error with
// the code "refused" or "key_reused". Every other error is a fault of the store:
// the same messages may be accepted later.
//
// Package journaltest has the tests that every store passes.
type Store interface {
	cursor.Store

	// Epoch returns the epoch that was made with the database.
	Epoch() string
	// Last returns the greatest number that may have been given; the journal goes
	// on behind it. After an unclean end the store adds a jump.
	Last() int64
	// First returns the number of the oldest message kept, Last+1 if there is
	// none.
	First(context.Context) (int64, error)

	// Append commits messages and marks in one transaction, or nothing. It gives
	// the messages the numbers that come after Last, and sets
	//
	//   - Again, if an older message of the source has its ID;
	//   - Repeated, if it is a retry (live.Draft.Once), or has come back: its
	//     Origin says that it is a message of this journal, or that its source has
	//     it already, and the content is the same. It is not stored then, and gets
	//     the number of the message that is;
	//   - an empty Origin, if that is of another message.
	//
	// A mark whose Number is -n gets that of the nth message.
	Append(context.Context, []live.Message, []live.Mark) error
	// Look returns an error if the store is no longer where it was opened, or
	// cannot be written, as far as that can be seen at once and without writing.
	Look(context.Context) error
	// Damaged returns a live.Error that says what was found to be damaged since
	// the start, or nil.
	Damaged() error
	// Check writes something new, to see whether the store works again.
	Check(context.Context) error
	// Now returns the time that the age of messages is measured by. It doubts a
	// clock that jumps ahead, so that one wrong reading deletes nothing.
	Now() time.Time
	// Page answers a query in a bounded time.
	Page(context.Context, live.Query) (live.Page, error)
	// Find returns the number of the first message with that event id in each of
	// those sources (all if none is named), oldest first; also that of a trimmed
	// one, for as long as its id is remembered.
	Find(ctx context.Context, sources []int64, id string) ([]int64, error)
	// Mark returns the mark of that name; its zero value if there is none.
	Mark(ctx context.Context, name string) (live.Mark, error)
	// Trim deletes the oldest messages that a Cut names, in one short
	// transaction; the caller asks again for the rest. It remembers of each source
	// how many events were trimmed, and what the newest of them were, unless the
	// source was removed.
	Trim(context.Context, live.Trim) (live.Trimmed, error)

	// Sources returns all sources and their tallies, removed ones included.
	Sources(context.Context) ([]live.Source, map[int64]live.Tally, error)
	// PutSource adds a source (ID 0) or changes one, and returns it with its id.
	PutSource(context.Context, live.Source) (live.Source, error)
	// DeleteSource deletes a source whose messages are gone.
	DeleteSource(ctx context.Context, id int64) error
	// PutSeen saves how many of the source's messages the user has seen.
	PutSeen(ctx context.Context, source, seen int64) error
	// Close marks the end as clean and closes the database.
	Close() error
}
