// Package count counts the stored messages by the time at which they were
// received.
//
// One call counts for a bounded time, from the newest message back. Where the
// source, the kind and the type of a message decide, the index has summaries (see
// package summary), and SQL groups what they lack, one stretch of numbers after the
// other. With any other filter the pages of its matches are counted, because they are
// found by the search index.
//
// The range of numbers is found by the times at its ends. After a jump of the
// clock, messages that are out of order by it may be left out.
//
// Read count.go.
package count
