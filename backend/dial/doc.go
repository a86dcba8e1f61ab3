// Package dial connects to a feed once: it sends the request, checks the
// response, reads the stream and explains in a sentence why it ended.
//
// It decides nothing about reconnecting except the wait before the next attempt
// (Backoff), keeps nothing from one Connection to the next, and always opens a
// new network connection.
//
// # Differences from a browser
//
// By the standard, a response that is not 200 or not an event stream ends the
// connection for good (9.2.3, "fail the connection"). A user can reload a page,
// but nobody watches a console at night when a server sends one 503. So such a
// feed waits for longer than after a lost connection, or as long as Retry-After
// asks for, and connects again. A 204 stops it, as the standard demands.
//
// Secrets go to the feed's own server only. After a redirect to another host,
// or from https to http, the request carries none of them.
//
// Read connection.go first, then request.go, transport.go, tls.go, response.go,
// explain.go (errors to sentences), trace.go (the duration of each step),
// backoff.go, feedsettings.go and compare.go (the settings of a request), and
// check.go (a connection that stores nothing).
package dial
