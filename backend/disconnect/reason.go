package disconnect

import (
	"context"
	"errors"
	"strings"
	"time"

	"signalbox/backend/live"
)

// A Reason is why a connection ended, or why connecting failed.
type Reason struct {
	Code        string // never changes; as in live.Attempt
	Message     string // a sentence
	Hint        string // what to do about it
	Text        string // the code of the sentence, as in live.Error
	Params      live.Params
	Certificate string // the SHA-256 in hex of a server certificate that was not trusted

	RetryAfter time.Duration // the wait that the server asked for; 0 means none
	Refused    bool          // the response was no stream: wait for longer than usual
	Final      bool          // the server asked not to reconnect
	Immediate  bool          // reconnect without waiting
	Neutral    bool          // the time counts neither as up nor as down
}

// Error returns the sentence.
func (r *Reason) Error() string { return r.Message }

// Because returns a Reason with the code, sentence and hint of t.
func Because(t live.Text) *Reason { return FromError(t.AsError()) }

// FromError returns a Reason with the code, sentence and hint of an Error.
func FromError(e *live.Error) *Reason {
	return &Reason{Code: e.Code, Message: e.Message, Hint: e.Hint, Text: e.Text, Params: e.Params}
}

// AsError returns an Error with the code, sentence and hint of r.
func (r *Reason) AsError() *live.Error {
	return &live.Error{Code: r.Code, Message: r.Message, Hint: r.Hint, Text: r.Text, Params: r.Params}
}

// AsText returns the sentence with its hint.
func (r *Reason) AsText() live.Text { return r.AsError().AsText() }

// WithHint sets the hint, which may use the parameters of the sentence, and
// returns r.
func (r *Reason) WithHint(format string) *Reason { r.Hint = live.Fill(format, r.Params); return r }

// MaxMessage is the longest sentence of a clipped Reason, in bytes.
const MaxMessage = 400

// Clipped returns r with a sentence of at most MaxMessage bytes, followed by an
// ellipsis if it was longer. Some sentences quote the server, and the record of
// every attempt stores one.
func (r *Reason) Clipped() *Reason {
	if len(r.Message) <= MaxMessage {
		return r
	}
	c := *r
	c.Message = strings.ToValidUTF8(r.Message[:MaxMessage], "") + "…"
	return &c
}

// The Reasons that come from Signalbox and its user. They must not be changed.
var (
	Shutdown  = neutral(live.Textf("ended", "Signalbox was closed."))
	Paused    = neutral(live.Textf("paused", "Paused."))
	Removed   = neutral(live.Textf("removed", "The feed was removed."))
	Requested = immediate(live.Textf("reconnected", "Reconnecting on request."))
	Asleep    = immediate(live.Textf("asleep", "The machine was asleep, and the connection did not survive it."))
)

const edited = "edited"

// Edited returns the Reason of a connection that ends because the named settings
// were changed.
func Edited(settings []live.Text) *Reason {
	return immediate(live.Textf(edited, "Settings changed: {settings}.", "settings", settings))
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

// Cause returns the Reason with which ctx was cancelled, or Shutdown if it was
// cancelled without one.
func Cause(ctx context.Context) *Reason {
	if r, ok := errors.AsType[*Reason](context.Cause(ctx)); ok {
		return r
	}
	return Shutdown
}
