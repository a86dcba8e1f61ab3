// Package disconnect says why a feed is not connected.
//
// A Reason is both an error and what the screen shows: a code that never
// changes, a sentence, a hint. Beside these it tells the reconnecting code
// what may happen next: nothing (Final), an attempt at once (Immediate), or one
// after a wait that the server asked for (RetryAfter).
//
// Package dial makes Reasons out of network errors and HTTP responses, package
// feed decides on those that come from the user, and packages health and ingest
// show and store them.
package disconnect

import (
	"fmt"
	"strings"
	"time"
)

// A Reason is why a connection ended, or why none came about.
type Reason struct {
	Code        string // never changes; as in live.Attempt
	Message     string // a sentence
	Hint        string // what to do about it
	Certificate string // the SHA-256 in hex of a server certificate that was not trusted

	RetryAfter time.Duration // how long the server asked to wait; 0 where it did not
	Refused    bool          // the server answered with something else than a stream: wait for longer than usual
	Final      bool          // the server asked not to reconnect
	Immediate  bool          // reconnect without waiting
	Neutral    bool          // nobody's fault: the time counts neither as up nor as down
}

// Error returns the sentence.
func (r *Reason) Error() string { return r.Message }

// Because returns a Reason with a code and a sentence.
func Because(code, format string, args ...any) *Reason {
	return &Reason{Code: code, Message: fmt.Sprintf(format, args...)}
}

// WithHint returns r with what to do about it. It must not be called on the
// Reasons of this package.
func (r *Reason) WithHint(hint string) *Reason { r.Hint = hint; return r }

// MaxMessage is the longest sentence of a clipped Reason, in bytes.
const MaxMessage = 400

// Clipped returns r with a sentence of at most MaxMessage bytes and an ellipsis.
// Some sentences quote the server, and every attempt stores its own.
func (r *Reason) Clipped() *Reason {
	if len(r.Message) <= MaxMessage {
		return r
	}
	c := *r
	c.Message = strings.ToValidUTF8(r.Message[:MaxMessage], "") + "…"
	return &c
}

// The Reasons that come from this side of the connection.
var (
	Shutdown  = &Reason{Code: "ended", Message: "Signalbox was closed.", Neutral: true}
	Paused    = &Reason{Code: "paused", Message: "Paused.", Neutral: true}
	Removed   = &Reason{Code: "removed", Message: "The feed was removed.", Neutral: true}
	Requested = &Reason{Code: "reconnected", Message: "Reconnecting on request.", Neutral: true, Immediate: true}
	Asleep    = &Reason{Code: "asleep", Message: "The machine was asleep, and the connection did not survive it.", Neutral: true, Immediate: true}
)

const edited = "edited"

// Edited returns the Reason of a connection that ends because settings were
// changed. The settings are named in words.
func Edited(settings []string) *Reason {
	return &Reason{Code: edited, Message: "Settings changed: " + strings.Join(settings, ", ") + ".", Neutral: true, Immediate: true}
}

// Wanted reports whether the user, or the end of the program, ended the
// connection.
func (r *Reason) Wanted() bool {
	switch r.Code {
	case Shutdown.Code, Paused.Code, Removed.Code, Requested.Code, edited:
		return true
	}
	return false
}

// CountsAsDown reports whether the time after an attempt that ended with this
// code is downtime. It is not where the user wanted the end, where the server
// has nothing more to say, and where no code is known.
func CountsAsDown(code string) bool {
	return code != "" && code != "no_content" && !(&Reason{Code: code}).Wanted()
}

// GapCode returns the code of the live.Gap after a connection that ended with
// this code.
func GapCode(code string) string {
	switch code {
	case Paused.Code, Removed.Code, Requested.Code, edited:
		return code
	case Shutdown.Code:
		return "restarted"
	}
	return "disconnected"
}
