// Package node is the whole of Signalbox without its window: the data folder,
// the journal, the feeds, the local server, the examples and the samples. It
// opens them in the right order, runs them together, and closes them in the
// reverse order. The window, `signalbox serve` and the tests all start the same
// Node.
//
// The order at the end matters. The server ends first, so that publishers get
// their answers while the journal still commits. Then the feeds and examples
// stop and append the messages that they still hold. The journal is closed last;
// it marks the database as cleanly closed.
//
// Read node.go first, then run.go, settings.go, address.go (listening),
// certificate.go with selfsigned.go (TLS), installation.go (values stored beside
// the journal) and samples.go (the feeds of the sample events).
package node
