// Package sources is a journal's list of sources in memory: their names, their
// limits, and what is counted of each.
//
// The journal's writer changes it together with the store, between two commits,
// so both always say the same. Anybody may read it.
//
// A name can pass from one source to another. A NameSet follows names instead of
// sources: it finds every message that is published under one of them.
//
// Read list.go first.
package sources
