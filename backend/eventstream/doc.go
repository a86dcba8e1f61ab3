// Package eventstream reads server-sent events as section 9.2 of the HTML
// standard says.
//
// A Client reads one response body to its end and passes on what it says: each
// event, and also comments, reconnection times and changes of the last event ID
// alone. It never reads ahead of its Handler, so a slow Handler slows the
// server through TCP. It holds one event at most, and of an event over the size
// limit only its size.
//
// The framing is done twice. A parser of ours reads the bytes to the letter of
// the standard; the Client of r3labs/sse differs from it in a dozen points
// (client.go lists them), so it reads only what the parser has found, in a form
// that it cannot misread.
//
// Two deviations from the letter, both made by Chromium and Firefox too or
// needed to resume: after a reconnection the last event ID begins with the id
// that was sent, and an Event has an id of its own only where one came with it.
//
// Begin with Event, then parser.go (bytes to lines), fields.go (lines to
// events), utf8.go, client.go with body.go and codec.go.
package eventstream
