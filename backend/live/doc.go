// Package live defines the types that every other package speaks in: Message,
// Position, Source, Feed, Gap, Health and the rest. A word means one thing,
// the same here, in SQL, in JSON, in TypeScript and on screen.
//
// The package has data and the rules for writing it down, no behaviour. It
// imports only the standard library: every package imports live, and would
// depend on all that live imports.
//
// # Words
//
//	source     a feed or a channel; every message belongs to one
//	feed       a remote stream that Signalbox follows
//	channel    a local stream that programs publish to
//	draft      a message that is not in the journal yet
//	number     counts the messages of one journal: 1, 2, 3…; an int64
//	epoch      the name of one journal, made at random with its database
//	position   an epoch and a number, written k3f9.1042
//	id         the event id that the publisher or the remote server chose
//	gap        an entry for messages that are missing, or that may be
//	note       an entry for a change of a feed's connection
//	mark       a reader's stored number, with a text: a feed's has its Last-Event-ID
//	origin     the position of a message in the Signalbox where it was first published
//	home       that Signalbox; a message comes home if a feed brings it back there
//	repeated   stored already: a retried publish, or a message that came home
//	tombstone  the row that remains of a trimmed message, without its data
//	trim       to delete the oldest messages, because of a limit
//	slot       the room that one connection uses among the allowed ones
//	bell       in the HTTP API, the version of what the screens show
//
// Read message.go first, then source.go (what is stored), position.go and
// gap.go (where it is, and what is missing), query.go and filter.go (how it is
// read), feed.go and health.go (remote streams), and error.go and text.go
// (sentences for the user).
package live
