// Package disconnect describes why a feed is not connected.
//
// A Reason is both an error and a text for the screen: a code that never
// changes, a sentence and a hint. It also controls the next attempt: none
// (Final), one without a wait (Immediate), or one after a wait that the server
// asked for (RetryAfter).
//
// Package dial makes Reasons from network errors and HTTP responses. Package
// feed uses the Reasons of the user's commands. Packages health and ingest show
// and store them.
//
// Read reason.go first, then code.go.
package disconnect
