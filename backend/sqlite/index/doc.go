// Package index keeps the signatures of the stored messages, so that a search reads
// few of them (see package signature), and their summaries, so that a histogram reads
// hardly any (see package summary).
//
// An Index is derived from the history and holds nothing else: it may lack any part
// and may be deleted at any time. Messages that it does not cover are candidates of
// every search and are counted one by one, which is then only slower.
//
// # Building
//
// Run builds it behind the commits, in a goroutine of its own. DB.Append hands over
// what it has committed, and Run adds it to the tail. What was not handed over, or
// was too much to wait in memory, is a hole before the tail. Run reads the messages
// of holes from the store in short portions, from the oldest to the newest, and rests
// between them: reading keeps SQLite from using its log again from the beginning,
// and commits take longer then.
//
// # Files
//
// Each segment is a file in the folder "index" beside the history, with the signatures
// of its blocks and then their summaries. It is written once and then renamed to its
// name, which has its range of numbers. A segment that is not full is replaced by one
// that has the next blocks too. A file is neither synced nor locked, and no commit
// waits for one: checksums find what a power cut or a damaged disk has left, and that
// segment is removed and built again. Blocks of the last segment are in memory until
// there are enough of them. A clean end writes them too, and the next start continues
// with them.
//
// Segments of trimmed messages are deleted. Segments of another history are too, and
// those of messages that this history does not have, because an older copy of it was
// put in its place.
//
// Read index.go first, then queue.go, build.go, files.go, stretch.go and count.go.
package index
