// Package sample is the sample events: what Signalbox shows to somebody who has
// nothing to follow yet, without a network.
//
// They are of two kinds. Four simulated SSE servers run in this process under
// /examples/samples/, and sample feeds follow them over real HTTP; two of them
// are unreliable, so that a lost connection, waiting, silence and gaps can be
// seen as they are. And the parts of package example publish to channels: a
// clock, a chat, a device and others. Together they make a few messages a
// second, with a burst now and then.
//
// The samples use only sources that they created, which they remember by their
// ids. Where a name is taken they create "payments (sample)" beside it. Removing
// the samples removes these sources and nothing else.
//
// Read events.go first (start, stop), then sources.go (what they created) with
// store.go, traffic.go (what is published to the channels), upstream.go (a
// simulated server) and catalogue.go (the four of them).
package sample
