// Package stream serves SSE streams: a client subscribes to sources by their
// names, and is sent the messages that the journal has committed.
//
// A Hub (hub.go) takes subscriptions (subscription.go) and makes a stream of
// each (stream.go). A stream has one goroutine and no queue: it reads a cursor
// of the journal and writes all that is ready at once. A client that reads
// slowly is far behind in the journal and costs the others nothing; one that
// has stopped reading is cut off (sender.go) and resumes later.
//
//   - Streams of the same sources without a filter share a cache of encoded
//     frames (package framecache). Older messages are read from the store, within a
//     memory budget of all streams together (catchup.go).
//   - A stream follows names, not sources. When a channel is removed while a
//     browser follows it, ending the stream would make the browser reconnect,
//     and the channel come into being again a moment later.
//   - Comments and retry: are not followed by a blank line. The standard wants
//     none, and several clients report an empty event at one.
//   - Over HTTP/1.1 a stream takes its connection over from net/http
//     (hijack.go), also behind TLS: through a ResponseWriter each batch of
//     frames would be three records, each with a system call of its own. Over
//     HTTP/2, where that cannot be done, and in the window it writes to the
//     ResponseWriter (response.go, http2.go).
//
// Other packages decide two things: journal.Resume, where a Last-Event-ID
// leads, and package guard, who may subscribe. The heartbeat is in stream.go
// (maintain).
//
// Read hub.go first, then subscription.go, stream.go with catchup.go,
// then sender.go and response.go with hijack.go and http2.go, client.go
// and api.go.
package stream
