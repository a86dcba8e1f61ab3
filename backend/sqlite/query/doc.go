// Package query reads the stored messages.
//
// Streams read ranges: the messages of some sources after a number. Screens read
// pages: messages that match a live.Filter, from either end of a range. Both
// return in a bounded time. A few sources are merged from the index of each,
// because "source IN (…) ORDER BY number" would walk or sort all of them. For many
// sources, and for a filter by content, the query examines one stretch of numbers
// after the other until the result is full or a tenth of a second is over; the
// result includes the last number examined. No query uses OFFSET over rows that
// were shown before, and none counts rows.
//
// A search for a text asks the index first (search.go): in the blocks that it leaves
// out only gaps and notes can match.
//
// A filter becomes SQL that selects the same messages as its Match, or more. Where
// it selects more, because SQL cannot decide about a field or a regular expression,
// Match decides about each row. The SQL uses lower and instr, which also search the
// text after a NUL; LIKE stops there.
//
// If a page of the file is damaged, SQLite cannot read past it. Reads go around
// it: they return the messages before it, then a live.Damage or a gap for the
// damaged range, then the messages after it. If an index is damaged, they read the
// table instead.
//
// Read reader.go first, then range.go, page.go, search.go, filter.go, where.go and damage.go.
package query
