// Package wire reads and writes messages. It writes SSE frames and JSON objects,
// and reads JSON, JSON lines, forms and plain text. It refuses a message that a
// conforming SSE client would not read back byte for byte.
//
// Decisions, with their reasons:
//
//   - The id on the wire is the one that the publisher chose, unless a client
//     could not resume from it. Then it is the position. See ChosenID.
//   - "name: " always has its space, also before an empty value. A client removes
//     one space at most, so the value keeps its own.
//   - Line breaks become LF on the way in. No SSE client can tell CRLF, CR and
//     LF apart, and the history must not show other bytes than a client reads.
//   - Frames and JSON are written, and JSON is read, without reflection, because
//     that is done for every message and reflection is much slower.
//
// Read frame.go first, then id.go and json.go (what leaves), then publish.go
// (the forms of a publish), check.go (its limits), publishlines.go (many
// messages in one request), and jsonvalue.go with object.go (reading JSON).
package wire
