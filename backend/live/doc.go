// Package live defines the types that every other package speaks in: Message,
// Position, Source, Feed, Gap, Health and the rest. A word means one thing,
// the same here, in SQL, in JSON, in TypeScript and on screen.
//
// The package holds data and the rules for writing it down, no behaviour. It
// imports nothing but the standard library: every package imports live, so
// whatever live imported would be everywhere.
//
// Begin with message.go and source.go (what is stored), then position.go and
// gap.go (where it is, and what is missing), query.go and filter.go (how it is
// read), feed.go and health.go (remote streams), and error.go and text.go
// (what a user is told).
package live
