package live

import "time"

// A Query asks for one page of the journal: up to Limit messages from the
// beginning or the end of a range.
type Query struct {
	Filter Filter
	// After and Before are bounds on the number, both exclusive; 0 means none.
	After, Before int64
	// Newest asks for the end of the range rather than its beginning. The messages
	// of a page are always in ascending order.
	Newest bool
	// At, if not zero, makes the page begin with the first message received at
	// this time or later.
	At time.Time
	// Limit is the greatest number of messages in the page, 1 to 5000.
	Limit int
	// Preview shortens Data to at most this many bytes without splitting a
	// character, and Type and ID to this many bytes or PreviewNames, whichever is
	// more. 0 shortens nothing. Page.Sizes has the full length of each Data.
	Preview int
}

// PreviewNames is the least length to which a preview shortens a type or an id,
// in bytes.
const PreviewNames = 256

// A Page is the result of a Query: messages in ascending order, and the range of
// the journal that was examined.
type Page struct {
	Messages []Message
	Sizes    []int // the length of each whole Data in bytes; parallel to Messages
	// From and To are the first and the last number examined. The search ends after
	// a bounded time, so the page may have fewer messages than Limit although there
	// are more; the next page continues after To, or before From.
	From, To int64
	// More reports that the journal has more messages in the direction of the
	// query.
	More bool
	// SearchedTo is when the message at the end of the search was received, if the
	// search has ended early; else zero.
	SearchedTo time.Time
}
