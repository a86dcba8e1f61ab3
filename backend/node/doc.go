// Package node is the whole of Signalbox without its window: the data folder,
// the journal, the feeds, the local server and the examples, opened in the
// right order, run together and closed in the reverse order. The window,
// `signalbox serve` and the tests all start the same Node.
//
// The order at the end matters. The server goes first, so that publishers get
// their answers while the journal still commits; then feeds and examples stop
// and hand over what they have; the journal, which everything reads and
// writes, is closed last and marks the database as cleanly ended.
package node
