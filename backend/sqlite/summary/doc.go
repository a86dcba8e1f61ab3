// Package summary counts messages by the time at which they were received, without
// reading them. It knows no file and no database.
//
// A summary is about the messages of one block of package signature. It has
//
//   - the oldest and the newest time,
//   - how many messages there are of each cell: of one source, kind and event type,
//   - for each message its number, its time and its cell, in about four bytes. They
//     are left out if they would take more than a twentieth of the block's text,
//     which then is short.
//
// A Tally adds up the counts of blocks that lie in one stretch of time, and goes
// through the messages of the others. So it is exact for stretches of any length. It
// is exact after trimming too: each source loses its oldest messages first, so the
// number of the oldest one that is kept says which of a block still exist.
//
// The summaries of a segment share one list of cells. If there are more than
// maxCells, because each event has a type of its own, the other blocks are not
// summarised.
//
// Read block.go first, then tally.go and segment.go.
package summary
