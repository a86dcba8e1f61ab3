// Package publish publishes messages to channels, for the HTTP API, the example
// pages and the samples: it checks a message, finds or creates its channel,
// appends the message to the journal, and returns a receipt. The screens list
// the newest publications.
//
// A retried publish is not stored again. Its receipt has the position of the
// first publish, and Repeated. sqlite/insert/duplicate.go recognises retried
// publishes, by the rules in sqlite/insert/doc.go.
//
// A message is checked before its channel is created, so a refused message
// creates no channel. The list of publications stores only the beginning of its
// texts.
//
// Read publisher.go first, then lines.go (many messages in one request) and
// recent.go (the newest publications).
package publish
