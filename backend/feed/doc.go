// Package feed keeps each remote stream connected, and knows how it is doing.
//
// A Follower has a keeper for each feed. A keeper makes one attempt after the
// other; an attempt is one call of a client, which opens the stream, reads it
// and says in an ending why it ended.
//
// # From the socket to the journal
//
// The request and the framing are done by the Client of r3labs/sse. Its
// manners differ from the standard's in a dozen points (client.go lists
// them), so it never sees the stream as the server sent it. The response body
// that it reads is a body: a parser written to HTML 9.2.5 and 9.2.6 reads the
// real stream, and hands on each event as one block that can only be
// understood in one way. Events over 32 KiB pass beside the library, which
// would otherwise need a buffer as large as the largest event.
//
// Nothing runs ahead. The library asks for the next block when the last event
// was taken, the inlet takes events while there is room, and there is room
// when the journal has committed. A journal that stands still is felt by the
// server as a full TCP window. The inlet commits whatever came while its last
// commit ran in one transaction, together with the feed's mark, which holds
// the Last-Event-ID. So after any end of the program the id to resume from is
// that of the last message stored, and not of one more or less.
//
// A feed may have a limit, in messages a second. What comes faster is counted,
// and the count becomes a gap that is committed with the id of the last message
// left out (limit.go): what is dropped on purpose is not dropped in silence
// either, and a crash before that commit asks the server for it again.
//
// # Where it differs from a browser
//
// The standard ends a connection for good when the answer is not 200 or not
// an event stream (9.2.3, "fail the connection"). A page can be loaded again;
// an operator's console that gave up at night because of one 503 would be
// useless. Such a feed waits instead, longer than after a lost connection, as
// long as Retry-After says, and tells why. 204 stops it, as everywhere.
//
// The reconnection time is at least what the server asked for by retry, as
// the standard says, and grows with each failure in a row. It is at most a
// minute where the server has not asked for more, and is never below 100 ms.
// A connection that brought a message, or lived for a second, is no failure,
// however it ended.
//
// After a reconnection the last event ID stays what it was until an event
// changes it, as in Chromium and Firefox. By the letter the buffer begins
// empty, and the first event without an id would lose the place.
//
// A message has the id that came with it, and none where none came. By the
// standard it has that of the message before; then two messages of one source
// would have one id, and nobody could resume after the first.
//
// # Losses
//
// Every change of a feed's health is a note in the journal. A loss is one when
// it happens; the return and a gap follow before the first new message, whose
// id may prove that nothing or how much is missing, or after two seconds of
// silence. A loss before the return was told belongs to the same outage. How
// long a connection held outlives a crash through the record of the attempts.
//
// A server that closes each stream at once would fill the journal with that. An
// outage, a silence or a new reason for a failure is told three times as it
// happens. From the fourth time on there is one line in a minute, then one in
// two minutes, up to ten; what happens in between is gathered into a summary
// with a count (fold.go). An outage that lasts for a minute is told in any case.
// After fifteen minutes without one it begins anew.
//
// # Time
//
// Durations are measured by the monotonic clock, and what is shown as a time
// of day is counted back from the present one. A machine that wakes has moved
// its system clock but not the other; then waiting feeds are tried at once,
// and open ones have ten seconds to show that they are alive. A connection
// that has sent heartbeats and misses six of them is given up; one that has
// sent none may be silent for ever, with TCP keepalives below it.
//
// # Secrets
//
// They lie in the system's keyring or in a file that only the user can read,
// never in a feed's settings, an ending, or the log. They are stored with the
// scheme, host and port that they were entered for, and a feed whose settings
// lead elsewhere does not get them. After a redirect to another host, or from
// https to http, the request carries none of them.
//
// A feed that needs secrets is not connected without them. A keyring that does
// not answer, or refuses, says nothing about what it holds: the feed waits.
package feed
