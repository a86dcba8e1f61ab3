// Package history answers with messages of the past: pages of one source, of
// several or of all, and single messages, as docs/api.md has it.
//
// Pages for other programs have a budget, of readers of the database and of
// memory, so that they keep neither Signalbox's own screens waiting nor fill
// the memory.
//
// Read history.go first, then query.go, histogram.go and budget.go.
package history
