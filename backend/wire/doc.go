// Package wire holds the two forms in which a message leaves Signalbox, an SSE
// frame and a JSON object, and the three in which one comes in: JSON, a form,
// and plain text. It refuses what cannot be put on a line.
//
// Decisions, with their reasons:
//
//   - The id on the wire is the one that was chosen, unless a client could not
//     resume from it: then it is the position. ID says when that is.
//   - A value always follows "name: " with the one space, also where it is
//     empty: a reader takes off one space at most, so leading spaces survive.
//   - Line breaks become LF on the way in. No SSE client can tell CRLF, CR and
//     LF apart, and history must not show other bytes than a client has read.
//   - Frames and JSON are appended by hand. They are made for every message,
//     and reflection costs about ten times as much.
package wire
