// Package gapcount counts the gaps of the last 24 hours for each source, for the
// health screen.
//
// It reads the gaps from the journal, where the connections, the rate limits and
// other servers have written them, so that it counts what the timeline shows.
//
// Read gapcount.go.
package gapcount
