package live

import "time"

// A Query asks for one finite page of the journal.
type Query struct {
	Filter Filter
	// After and Before are exclusive bounds on the number; 0 means none.
	After, Before int64
	// Newest takes the page from the end of the range rather than from its
	// beginning. Pages come in ascending order all the same.
	Newest bool
	// At, where it is not zero, starts the page at the first message received
	// at or after it.
	At time.Time
	// Limit is the most messages wanted, 1 to 5000.
	Limit int
	// Preview cuts Data to this many bytes (at a character's edge), and Type
	// and ID to as many or PreviewNames, whatever is more; 0 means whole. Sizes
	// says how long the Data was.
	Preview int
}

// PreviewNames is how many bytes of a type and an id a preview shows at least.
const PreviewNames = 256

// A Page is the answer to a Query: messages in ascending order, and how far
// the journal was examined to find them.
type Page struct {
	Messages []Message
	Sizes    []int // the whole length of each Data, in bytes; parallel to Messages
	// From and To are the first and last number examined. A filter that
	// matches little is answered after a bounded time with what was found;
	// the next page goes on from there.
	From, To int64
	// More says that the journal goes on in the direction of the query.
	More bool
}
