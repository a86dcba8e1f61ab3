// Package example is the systems of the well-known SSE tutorials as small pages
// under /examples/ of the local server: messages, a clock, a chat, a stream that
// can be cut, a sequence and a device.
//
// All traffic of the pages goes through the journal into channels, so the
// timeline and the list of clients show it like any other. The package serves
// no stream itself. If a page needs more than /events/{channel}, its request is
// passed on to the local server (Options.Events) with an addition: in the chat
// the end of the request means that a name left; in the reliable example the
// context of the request can be cancelled, which cuts the connection.
//
// Nothing is published without a user's action. The clock and the reliable
// example publish while they have subscribers, the sequence runs when it is
// started, and the device answers asks. Opening a page creates its channels.
// Background work creates none, because it would create a removed channel again.
//
// Read example.go first, then handler.go and channel.go, then one of the
// examples: clock.go, chat.go, counter.go (the page reliable), sequence.go, device.go
// with noanswer.go. Package sample runs the same examples for the sample events.
package example
