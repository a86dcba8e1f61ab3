package journal

import (
	"context"
	"time"

	"signalbox/backend/live"
)

// A Store is where a journal keeps what must outlive the process. Its writing
// methods are called by the journal's one writer goroutine; its reading
// methods by anybody at any time.
//
// An error of Append that is about the messages themselves is a live.Error
// with the code "refused". Every other error is a fault of the store: the
// same messages may be taken later.
type Store interface {
	// Epoch returns the epoch that was made with the database.
	Epoch() string
	// Last returns the greatest number that may have been given; the journal
	// goes on after it. After an unclean end the store adds a jump.
	Last() int64
	// First returns the number of the oldest message kept, Last+1 where none is.
	First(context.Context) (int64, error)
	// Trimmed returns, of each of those sources (all where none is named) of
	// which an event or a gap behind that number was trimmed, the newest such
	// number. Everything of the source up to there is gone.
	Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error)
	// CountTrimmed says whether any event or gap of a source was trimmed with
	// after < number <= through, and how many events; -1 where that is no
	// longer known.
	CountTrimmed(ctx context.Context, source, after, through int64) (events int64, anything bool, err error)

	// Append commits messages and marks in one transaction, or nothing. It
	// gives the messages the numbers that come after Last, and sets
	//
	//   - Again, where an older message of the source has its ID;
	//   - Repeated, where it is a retry (live.Draft.Once), or has come home: its
	//     Origin says that it is a message of this journal, or that its source
	//     has it already, and the content is the same. It is not stored then,
	//     and gets the number of the message that is;
	//   - an empty Origin, where that is of another message.
	//
	// A mark whose Number is -n gets that of the nth message.
	Append(context.Context, []live.Message, []live.Mark) error
	// Look says, without writing and in no time, whether the store is still
	// where it was opened and can be written as far as that can be seen.
	Look(context.Context) error
	// Damaged returns a live.Error that says what was found to be damaged since
	// the start, or nil.
	Damaged() error
	// Check writes something new, to see whether the store works again.
	Check(context.Context) error
	// Now returns the time by which what is old is deleted. It doubts a clock
	// that leaps ahead, so that one wrong reading deletes nothing.
	Now() time.Time
	// Read returns up to limit messages of those sources (all where none is
	// named) with after < number <= through, in order, and not more than
	// about maxBytes of data (at least one message); and the number up to
	// which that is all of them. It looks for a bounded time: where it finds
	// nothing and that number is below through, the caller asks on. Messages
	// that are damaged end what it returns; where the first is, the error is a
	// live.Damage.
	Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error)
	// Page answers a query in a bounded time.
	Page(context.Context, live.Query) (live.Page, error)
	// Find returns the number of the first message with that event id in each of
	// those sources (all where none is named), oldest first; also that of a
	// trimmed one, for as long as its id is remembered.
	Find(ctx context.Context, sources []int64, id string) ([]int64, error)
	// Mark returns the mark of that name; its zero value where there is none.
	Mark(ctx context.Context, name string) (live.Mark, error)
	// Trim deletes the oldest messages that a Cut names, in one short
	// transaction; the caller asks again for what is left. It remembers of each
	// source how many events went, and of the newest messages what they were,
	// unless their source was removed.
	Trim(context.Context, live.Cut) (live.Trimmed, error)

	// Sources returns all sources and their tallies, removed ones included.
	Sources(context.Context) ([]live.Source, map[int64]live.Tally, error)
	// PutSource adds a source (ID 0) or changes one, and returns it with its id.
	PutSource(context.Context, live.Source) (live.Source, error)
	// DeleteSource forgets a source whose messages are gone.
	DeleteSource(ctx context.Context, id int64) error
	// PutSeen saves how many of the source's messages the user has seen.
	PutSeen(ctx context.Context, source, seen int64) error
	// Close marks the end as clean and closes the database.
	Close() error
}
