package feed

import (
	"fmt"
	"strings"
	"time"
)

// An ending is why an attempt ended, as an error and as words.
type ending struct {
	code        string // as in live.Attempt
	reason      string // a sentence
	hint        string
	certificate string        // the SHA-256 of one that was not trusted
	retryAfter  time.Duration // what the server asked for
	refused     bool          // the server answered, and it was no stream: come back later than usual
	final       bool          // the server asked not to come back
	atOnce      bool          // there is no reason to wait
	neutral     bool          // nobody's fault: it counts neither as up nor as down
}

func (e *ending) Error() string { return e.reason }

func because(code, format string, args ...any) *ending {
	return &ending{code: code, reason: fmt.Sprintf(format, args...)}
}

// maxReason is how long a reason may be, in bytes. What a server says stands in
// some, and they are kept with every attempt.
const maxReason = 400

// clipped returns an ending with a reason that is not too long.
func (e *ending) clipped() *ending {
	if len(e.reason) <= maxReason {
		return e
	}
	c := *e
	c.reason = strings.ToValidUTF8(e.reason[:maxReason], "") + "…"
	return &c
}

func (e *ending) advise(hint string) *ending { e.hint = hint; return e }

// The endings that come from our side.
var (
	endClosed    = &ending{code: "ended", reason: "Signalbox was closed.", neutral: true}
	endPaused    = &ending{code: "paused", reason: "Paused.", neutral: true}
	endRemoved   = &ending{code: "removed", reason: "The feed was removed.", neutral: true}
	endReconnect = &ending{code: "reconnected", reason: "Reconnecting on request.", neutral: true, atOnce: true}
	endAsleep    = &ending{code: "asleep", reason: "The machine was asleep, and the connection did not survive it.", neutral: true, atOnce: true}
)

// edited is the ending of a connection whose settings were changed.
func edited(what []string) *ending {
	return &ending{code: "edited", reason: "Settings changed: " + strings.Join(what, ", ") + ".", neutral: true, atOnce: true}
}

// ours reports whether the end of a connection was wanted here.
func (e *ending) ours() bool {
	switch e.code {
	case endClosed.code, endPaused.code, endRemoved.code, endReconnect.code, "edited":
		return true
	}
	return false
}
