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
	"context"
	"errors"
	"strings"
	"time"

	"signalbox/backend/live"
)

// A Reason is why a connection ended, or why none came about.
type Reason struct {
	Code        string // never changes; as in live.Attempt
	Message     string // a sentence
	Hint        string // what to do about it
	Text        string // the code of the sentence, as in live.Error
	Params      live.Params
	Certificate string // the SHA-256 in hex of a server certificate that was not trusted

	RetryAfter time.Duration // how long the server asked to wait; 0 where it did not
	Refused    bool          // the server answered with something else than a stream: wait for longer than usual
	Final      bool          // the server asked not to reconnect
	Immediate  bool          // reconnect without waiting
	Neutral    bool          // nobody's fault: the time counts neither as up nor as down
}

// Error returns the sentence.
func (r *Reason) Error() string { return r.Message }

// Because returns a Reason that says t, with its hint.
func Because(t live.Text) *Reason { return FromError(t.AsError()) }

// FromError returns a Reason that says the same as an Error.
func FromError(e *live.Error) *Reason {
	return &Reason{Code: e.Code, Message: e.Message, Hint: e.Hint, Text: e.Text, Params: e.Params}
}

// AsError returns an Error that says the same.
func (r *Reason) AsError() *live.Error {
	return &live.Error{Code: r.Code, Message: r.Message, Hint: r.Hint, Text: r.Text, Params: r.Params}
}

// AsText returns the sentence with its hint.
func (r *Reason) AsText() live.Text { return r.AsError().AsText() }

// WithHint returns r with what to do about it. The hint has the parameters of
// the sentence.
func (r *Reason) WithHint(format string) *Reason { r.Hint = live.Fill(format, r.Params); return r }

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

// The Reasons that come from this side of the connection. They must not be
// changed.
var (
	Shutdown  = neutral(live.Textf("ended", "Signalbox was closed."))
	Paused    = neutral(live.Textf("paused", "Paused."))
	Removed   = neutral(live.Textf("removed", "The feed was removed."))
	Requested = immediate(live.Textf("reconnected", "Reconnecting on request."))
	Asleep    = immediate(live.Textf("asleep", "The machine was asleep, and the connection did not survive it."))
)

const edited = "edited"

// Edited returns the Reason of a connection that ends because settings were
// changed. The settings are named in words.
func Edited(settings []string) *Reason {
	return immediate(live.Textf(edited, "Settings changed: {settings}.", "settings", strings.Join(settings, ", ")))
}

func neutral(t live.Text) *Reason {
	r := Because(t)
	r.Neutral = true
	return r
}

func immediate(t live.Text) *Reason {
	r := neutral(t)
	r.Immediate = true
	return r
}

// Cause returns why ctx has ended: the Reason that it was cancelled with, or
// Shutdown.
func Cause(ctx context.Context) *Reason {
	if r, ok := errors.AsType[*Reason](context.Cause(ctx)); ok {
		return r
	}
	return Shutdown
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

// Losses counts the attempts that were open and ended as downtime after since,
// and returns when the first of them did. The attempts are in order, newest
// first.
func Losses(list []live.Attempt, since time.Time) (first time.Time, n int64) {
	for _, a := range list {
		if !a.Ended.After(since) {
			break
		}
		if !a.Opened.IsZero() && CountsAsDown(a.Code) {
			first, n = a.Ended, n+1
		}
	}
	return first, n
}
