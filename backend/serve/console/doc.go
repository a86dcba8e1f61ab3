// Package console is the API of Signalbox's own screens: /api/… without the
// session, the settings' meaning and the list of clients, which are other
// packages' business.
//
// A screen reads /api/state (state.go) and then waits at /api/bell (bell.go)
// until something has changed. That is a long poll and not a stream, because
// WebView2 hands the window whole answers only. What the screens change is in
// channel.go, feed.go, samples.go and settings.go; rates.go counts what the
// sparklines show.
//
// The console reaches feeds, samples and settings through the interfaces in
// console.go. Its address space is private: only Signalbox's own screens rely
// on it. docs/api.md describes it.
package console
