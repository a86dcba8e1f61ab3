// Package publish is the one way for a message of our own into the journal:
// whatever a message comes from (the HTTP API, an example page, a sample), it
// finds or makes its channel, is checked, is recognised where it is a retry,
// is appended, and its receipt is remembered for the screens.
//
// A retry is the same message once more: the same type, id and data, in the
// same channel, within live.RetryTime of the first. Its receipt is that of the
// first one, with Repeated set, also when the program was killed in between.
// The store decides, in the transaction of the append, so two retries that
// arrive together are one message too. What tells two messages apart instead
// of the id is live.Draft.Key, the publisher's Idempotency-Key; a message
// without either is always a new one, and so is one without live.Draft.Once.
//
// A message is checked before its channel is looked up, so a message that is
// refused leaves no channel behind, and only a few characters of it are
// remembered.
//
// Read publisher.go first, then recent.go.
package publish
