// Package publish is the way for a message of our own into the journal, whether
// it comes over HTTP, from an example page or from the samples: it finds or
// creates the channel, checks the message, appends it, and returns a receipt.
// The screens list the newest publications.
//
// A retry is a message that was published before: the same type, id and data in
// the same channel within live.RetryWindow. It is not stored again. Its receipt
// is that of the first message, with Repeated set, also after the program was
// killed. The store decides this in the transaction of the append, so two
// retries that arrive together are one message too. An Idempotency-Key
// (live.Draft.Key) takes the place of the id. A message without an id and a key
// is always new, and so is one without live.Draft.Once and a key.
//
// A message is checked before its channel is created, so a refused message
// leaves no channel behind, and only a few characters of it in memory.
//
// Read publisher.go first, then lines.go, which publishes many messages at
// once, then recent.go.
package publish
