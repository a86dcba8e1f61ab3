// Package example is the systems of the well-known SSE tutorials as small
// pages that run on the local server under /examples/, and the sample events:
// what Signalbox shows to somebody without a network.
//
// All traffic of the pages goes through the journal into channels (messages,
// clock, chat, reliable, sequence, device), so it is in the timeline and among
// the clients like everything else. The package adds no stream of its own for
// them: where a page needs more than /events/{channel} gives, its request is
// handed on to the local server (Options.Events) with something around it. In
// the chat the request's end is somebody's leaving; in the reliable example
// its context can be cancelled, which is the cut line.
//
// Nothing is published that nobody asked for. The clock and the reliable
// example publish while somebody is subscribed; the script runs when it is
// started; the device speaks when it is asked. A channel comes into being when
// its page is first opened, or something is asked of it. What runs in the
// background makes none: a channel that somebody removes would come back.
//
// The samples add what the pages lack: remote feeds. They are SSE servers
// inside this process under /examples/samples/, followed over real HTTP, two
// of them unreliable on purpose, so that closing, waiting, silence and gaps
// are seen as they are. And they bring life to channels.
//
// The samples touch only sources that they made (made.go): the pages share
// their channels' names with those of users on purpose, as the tutorials do,
// but nobody who tries the samples asked for messages in a channel of theirs.
// Where a name is taken the samples make "payments (sample)" beside it.
package example
