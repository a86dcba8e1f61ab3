// Package query reads the stored messages.
//
// A range is what a stream reads next: the messages of some sources behind a
// number. A page is what a screen shows: messages that match a live.Filter,
// from either end. Both answer in a bounded time. A few sources are merged from
// the index of each, because "source IN (…) ORDER BY number" would walk or sort
// all of them. Many sources, and a filter by content, are examined one stretch
// of numbers after the other, until the answer is full or a tenth of a second
// is over; the answer says how far that came. There is never an OFFSET over
// rows that were shown before, and nothing counts rows.
//
// A filter becomes SQL that means what live.Filter.Match means. It uses lower
// and instr, which go by length and so see what stands behind a NUL; LIKE stops
// there.
//
// If a page of the file is damaged, every walk that comes to it ends there.
// Reads go around it: they return what comes before, then a live.Damage or a
// gap with its extent, then what lies behind. If an index is damaged, they walk
// through the table.
//
// Read reader.go first, then range.go, page.go, filter.go and damage.go.
package query
