// Package dial makes one attempt to follow a feed: it sends the request, checks
// the response, reads the stream and says in words why it ended.
//
// It decides nothing about reconnecting but the wait between two attempts
// (Backoff), keeps nothing between attempts, and shares no connection among
// them: an attempt always opens a new one.
//
// # Where it differs from a browser
//
// The standard ends a connection for good where the response is not 200 or not
// an event stream (9.2.3, "fail the connection"). A page can be loaded again; a
// console that gave up at night because of one 503 would be useless. Such a
// feed waits instead, longer than after a lost connection and as long as
// Retry-After says. 204 stops it, as everywhere.
//
// Secrets go to the feed's own server only. After a redirect to another host,
// or from https to http, the request carries none of them.
//
// Begin with attempt.go, then request.go, transport.go and tls.go, response.go,
// explain.go (errors to sentences), trace.go (how long each step took),
// backoff.go, settings.go and compare.go (which settings make a request), and
// check.go (an attempt that keeps nothing).
package dial
