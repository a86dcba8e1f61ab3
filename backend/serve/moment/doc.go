// Package moment answers how the feeds were connected at a moment of the past, as
// docs/api.md has it. It reads the recorded attempts to connect. A silence is not
// among them: a feed that was silent is answered as open.
//
// Read moment.go.
package moment
