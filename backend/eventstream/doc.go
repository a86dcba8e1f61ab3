// Package eventstream reads server-sent events as defined in section 9.2 of the
// HTML standard.
//
// A Client reads one response body to its end and passes its contents to a
// Handler: events, comments, reconnection times, and changes of the last event
// ID without an event. It never reads ahead of its Handler, so a slow Handler
// slows the server through TCP. It stores one event at most; of an event over
// the size limit it stores only the size.
//
// The stream is parsed twice. Our parser reads the bytes to the letter of the
// standard. The Client of r3labs/sse differs from the standard (client.go lists
// how), so it reads only the parser's events, in a form that it cannot misread.
//
// There are two deviations from the standard. After a reconnection, the last
// event ID begins as the id that was sent, as in Chromium and Firefox. And an
// Event without an id field has no id, because nobody could resume after the
// first of two messages with the same id.
//
// Read event.go first, then parser.go (bytes to lines), fields.go (lines to
// events), utf8.go, client.go, body.go and codec.go.
package eventstream
