package live

import "time"

// A Query asks for one page of the journal: as many messages as fit its Limit,
// from the beginning or the end of a range.
type Query struct {
	Filter Filter
	// After and Before are bounds on the number, both exclusive; 0 means none.
	After, Before int64
	// Newest takes the page from the end of the range rather than from its
	// beginning. The messages of a page are always in ascending order.
	Newest bool
	// At, where it is not zero, makes the page begin with the first message
	// received at this time or later.
	At time.Time
	// Limit is the greatest number of messages in the page, 1 to 5000.
	Limit int
	// Preview shortens Data to at most this many bytes without splitting a
	// character, and Type and ID to as many bytes or to PreviewNames, whichever
	// is more. 0 leaves all three whole. Page.Sizes has the length of the Data.
	Preview int
}

// PreviewNames is how many bytes of a type and of an id a preview shows at
// least.
const PreviewNames = 256

// A Page answers a Query: messages in ascending order, and the range of the
// journal that was examined to find them.
type Page struct {
	Messages []Message
	Sizes    []int // the length of each whole Data in bytes; parallel to Messages
	// From and To are the first and the last number examined. A filter that
	// matches little is given a bounded time: the page then holds what was found
	// in it, and the next page starts behind To, or before From.
	From, To int64
	// More says that the journal has more messages in the direction of the
	// query.
	More bool
}
