// Package follow follows one event stream without a journal, for `signalbox
// tail`.
//
// It connects, resumes and waits between attempts like package feed, and passes
// on the same messages and gaps. It stores nothing: the last event ID is lost
// when Follow returns, and there are no notes. It reads no event before
// Options.Event has returned, so a slow Event slows the server down.
//
// Read follow.go.
package follow
