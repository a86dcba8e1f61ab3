// Package journaltest has the tests that every store of a journal must pass.
// They use only the methods of journal.Store, so a second store could replace
// the first.
//
// A store's own test calls Run with a function that opens an empty history.
//
// Read suite.go first, then messages.go, duplicates.go, pages.go and
// sources.go.
package journaltest
