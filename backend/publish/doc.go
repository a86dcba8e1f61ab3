// Package publish is the way for a message of our own into the journal, whether
// it comes over HTTP, from an example page or from the samples: it finds or
// creates the channel, checks the message, appends it, and returns a receipt.
// The screens list the newest publications.
//
// A retried publish is not stored again. Its receipt has the position of the
// first publish, and Repeated. sqlite/insert/duplicate.go
// recognises retried publishes, by the rules in sqlite/insert/doc.go.
//
// A message is checked before its channel is created, so a refused message
// leaves no channel behind, and only a few characters of it in memory.
//
// Read publisher.go first, then lines.go, which publishes many messages at
// once, then recent.go.
package publish
