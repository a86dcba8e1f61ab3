// Package count counts the stored messages by the time at which they were
// received.
//
// One call counts for a bounded time, from the newest message back. Without a
// filter of the user, SQL groups one stretch of numbers after the other. With one,
// the pages of its matches are counted, because they are found by the search index.
//
// The range of numbers is found by the times at its ends. After a jump of the
// clock, messages that are out of order by it may be left out.
//
// Read count.go.
package count
