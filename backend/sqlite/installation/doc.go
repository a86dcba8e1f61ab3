// Package installation stores what this installation of Signalbox keeps for
// itself: the settings of its feeds, the record of their connection attempts,
// the settings, the token, and the layout of the window.
//
// None of it is part of the journal, although one file holds both so that one
// lock and one copy are enough: another Signalbox may share a journal and never
// this.
//
// Read installation.go first, then feeds.go and attempts.go.
package installation
