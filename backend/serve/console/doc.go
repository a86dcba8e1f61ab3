// Package console is the API of Signalbox's own screens, /api/…, except for the
// session (package dashboard), the list of clients (package stream) and the list of
// publications (package serve).
//
// A screen reads /api/state and then waits at /api/bell until something has
// changed. That is a long poll and not a stream, because WebView2 passes only
// complete answers to the window.
//
// The console reaches feeds, samples and settings through the interfaces in
// console.go. Its address space is private: only Signalbox's own screens rely
// on it. docs/api.md describes it.
//
// Read console.go first, then state.go with statechanges.go and changelog.go,
// wait.go (/api/bell), then channel.go, feed.go, samples.go and settings.go (what
// the screens change), and rates.go (the counts of the sparklines).
package console
