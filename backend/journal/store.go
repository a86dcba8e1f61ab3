package journal

import (
	"context"
	"time"

	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
)

// A Store keeps the data that must outlive the process. The journal calls the
// methods that write from its one writer goroutine. The methods that read may be
// called from any goroutine.
//
// If Append refuses the messages themselves, its error is a live.Error with the
// code "refused" or "key_reused". Every other error is a fault of the store: it
// may accept the same messages later.
//
// Package journaltest has the tests that every store passes.
type Store interface {
	cursor.Store

	// Epoch returns the epoch that was made with the database.
	Epoch() string
	// Last returns the greatest number that a message may have. The next message
	// gets a greater one. After an unclean end the store adds a jump.
	Last() int64
	// First returns the number of the oldest message kept, or Last+1 if there is
	// none.
	First(context.Context) (int64, error)

	// Append commits all messages and marks in one transaction, or none. It sets
	// each message's Number, counting up from Last, and
	//
	//   - DuplicateID, if an older message of the source has the same ID;
	//   - Repeated, if the message is a retried publish (live.Draft.Once), or if
	//     this journal or its source has a message with its Origin and the same
	//     content. Append does not store such a message, and sets the Number of
	//     the stored one;
	//   - an empty Origin, if the message with that origin has other content.
	//
	// A mark whose Number is -n gets the number of the nth message.
	Append(context.Context, []live.Message, []live.Mark) error
	// CheckFiles returns an error if the files of the store were moved or replaced
	// or cannot be written. It does not write.
	CheckFiles(context.Context) error
	// Damaged returns a live.Error about the damage found since the start, or nil.
	Damaged() error
	// CheckWrite returns an error if a test write fails.
	CheckWrite(context.Context) error
	// Now returns the time by which the age of messages is measured. It ignores
	// short jumps of the wall clock, so that one wrong reading deletes nothing.
	Now() time.Time
	// Page returns the page for a query in a bounded time.
	Page(context.Context, live.Query) (live.Page, error)
	// Count counts messages by time, from the newest back, in a bounded time.
	Count(context.Context, live.CountQuery) (live.Count, error)
	// Find returns the number of the first message with that event id in each of
	// those sources (all if none is named), oldest first. It finds a trimmed
	// message for as long as the store keeps its tombstone.
	Find(ctx context.Context, sources []int64, id string) ([]int64, error)
	// Mark returns the mark of that name, or the zero Mark if there is none.
	Mark(ctx context.Context, name string) (live.Mark, error)
	// Trim deletes the oldest messages that a live.Trim selects, in one short
	// transaction; the caller repeats the call until nothing is deleted. Unless
	// the source was removed, the store counts the trimmed events of each source
	// and keeps tombstones of the newest.
	Trim(context.Context, live.Trim) (live.Trimmed, error)

	// Sources returns all sources and their tallies, removed ones included.
	Sources(context.Context) ([]live.Source, map[int64]live.Tally, error)
	// PutSource adds a source (ID 0) or changes one, and returns it with its id.
	PutSource(context.Context, live.Source) (live.Source, error)
	// DeleteSource deletes a source whose messages are gone.
	DeleteSource(ctx context.Context, id int64) error
	// PutSeen saves how many of the source's messages the user has seen.
	PutSeen(ctx context.Context, source, seen int64) error

	// Bookmarks returns a page of bookmarks.
	Bookmarks(context.Context, live.BookmarkQuery) (live.BookmarkPage, error)
	// Bookmarked returns the numbers of the messages that have a bookmark.
	Bookmarked(context.Context) (map[int64]bool, error)
	// PutBookmark marks a message, or changes the comment of its bookmark. It
	// returns false if there is neither the message nor a bookmark of it.
	PutBookmark(ctx context.Context, number int64, comment string, now time.Time) (found bool, err error)
	// RemoveBookmark removes a bookmark, and RestoreBookmark undoes that for
	// live.BookmarkRestore. Both return false if there is nothing to change.
	RemoveBookmark(ctx context.Context, number int64, now time.Time) (found bool, err error)
	RestoreBookmark(ctx context.Context, number int64, now time.Time) (found bool, err error)

	// Close records a clean end and closes the database.
	Close() error
}
