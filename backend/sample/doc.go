// Package sample runs the sample events. They show Signalbox to a user who has
// nothing to follow yet, and need no network.
//
// They are of two kinds. Four simulated SSE servers run in this process under
// /examples/samples/, and sample feeds follow them over real HTTP; two of them
// are unreliable, so that a lost connection, waiting, silence and gaps can be
// seen as they are. And the parts of package example publish to channels: a
// clock, a chat, a device and others. Together they make a few messages a
// second, with a burst now and then.
//
// The samples use only sources that they created, which they remember by their
// ids. If a name is in use they create "payments (sample)" beside it. Removing
// the samples removes these sources and nothing else.
//
// Read events.go first, then sources.go with store.go (the sources that the
// samples created), traffic.go (the messages to the channels), upstream.go (a
// simulated server) and catalogue.go (the four servers).
package sample
