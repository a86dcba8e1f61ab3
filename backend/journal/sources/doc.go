// Package sources holds a journal's list of sources in memory: their names,
// limits and counts.
//
// The journal's writer changes the list together with the store, between two
// commits, so both always agree. It may be read from any goroutine.
//
// A name can pass from one source to another. A NameSet follows names instead of
// sources: it includes every message that is published under one of them.
//
// Read list.go first, then retention.go (which messages are due to be trimmed)
// and nameset.go.
package sources
