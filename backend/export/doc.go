// Package export writes messages in the forms in which they are handed on: JSON
// lines, CSV, Markdown, and a text that an SSE client reads as a stream.
//
// An Encoder appends one message after the other to a buffer of its caller and
// keeps none, so an export needs the same memory however long it is. Gaps and
// notes are in each form:
//
//	JSON lines  an object with "kind":"gap" or "note", as in docs/api.md
//	CSV         a row whose column kind says so, with missing and reason
//	Markdown    a quotation with its sentence
//	SSE         a gap is an event of type gap, as in a stream; a note is a comment
//
// Decisions, with their reasons:
//
//   - A cell of CSV that a spreadsheet would calculate gets an apostrophe before it,
//     unless it is a number. Anyone who can publish could otherwise write a formula
//     that sends the other cells away, or starts a program. Options.Raw leaves the
//     cells as they are, for programs.
//   - The id in SSE is the one that the publisher chose, whenever there is one. A
//     stream sends the position instead if an older message has that id, so that a
//     client can resume. A file is read from its beginning.
//   - SSE has no origin fields: a message of a file is a new one to whoever follows
//     it, also to the Signalbox that it came from.
//
// Read export.go first, then csv.go, markdown.go and sse.go.
package export
