package live

import "time"

// A CountQuery asks how many messages were received in each of a row of equal
// stretches of time.
type CountQuery struct {
	Filter Filter
	// From is the beginning of the first stretch, and To the end of the last; Width
	// is the length of each, in whole microseconds.
	From, To time.Time
	Width    time.Duration
	// ByType counts each event type by itself. Sources are always counted by
	// themselves.
	ByType bool
	// After and Before are bounds on the number, both exclusive; 0 means none.
	After, Before int64
}

// A Count is a part of the result of a CountQuery: it counts from the newest
// message back.
type Count struct {
	Cells []CountCell
	// First and Last are the first and the last number examined. Counting ends after
	// a bounded time; the next part has First as its Before.
	First, Last int64
	// More reports that there are messages before First that may count, and Reached
	// when the oldest message examined was received.
	More    bool
	Reached time.Time
}

// A CountCell is how many events or gaps of one source, and of one type if they
// are counted by type, were received in one stretch. Notes are not counted.
type CountCell struct {
	Stretch int // from 0
	Gap     bool
	Source  int64
	Type    string
	N       int64
}
