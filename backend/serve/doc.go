// Package serve is the local server: it joins the parts that answer requests
// into one HTTP API, as docs/api.md has it.
//
//   - stream sends messages to subscribers, most of them from framecache;
//     history answers with pages of past messages, console is the API of
//     Signalbox's own screens, bookmarks that of marked messages, moment that
//     of the feeds in the past, dashboard serves the screens' files and signs
//     browsers in. Publishing is here, in publish.go.
//   - guard decides who may call, listener bounds the connections, httpapi reads
//     bodies and writes answers, budget bounds what requests hold together.
//
// The same routes (routes.go) answer on TCP, where they are guarded, and in the
// desktop window, which nobody else can reach. The server runs in run.go.
//
// Read server.go first, then routes.go and run.go.
package serve
