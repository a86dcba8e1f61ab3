// Package insert writes messages into the history and recognises those that are
// in it already.
//
// Most messages have nothing in common with another one. They are inserted in
// groups of up to 64 rows, and their ids and origins are entered with one
// statement for the group. If one of those turns out to be taken, the group is
// taken back and its messages are inserted one by one.
//
// A message by itself is compared with older ones by its origin, its
// Idempotency-Key and its id. A retry is not stored: it gets the number of the
// message that is, and Repeated. A message that only shares an id gets Again.
//
// Read insert.go for the groups, shared.go for their INSERTs, then duplicate.go
// for the comparison.
package insert
