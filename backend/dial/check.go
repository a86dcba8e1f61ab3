package dial

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

const (
	// checkDuration is how long a stream is read.
	checkDuration = 5 * time.Second
	// checkTimeout is how long the response is waited for: somebody looks at the
	// form meanwhile.
	checkTimeout = 20 * time.Second
)

// Check makes an attempt for up to five seconds after it opened, and says what
// came of it. It counts the messages and keeps nothing. The attempt must have no
// Opened and no Handler.Event of its own.
func Check(ctx context.Context, a *Attempt) live.FeedCheck {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slow := because("timeout/check", "No response came within {limit_ms}.", "limit_ms", checkTimeout).
		WithHint("The server may answer only when the first message comes; then this feed works all the same.")
	enough := because("open", "The stream is open.")
	timeout := time.AfterFunc(checkTimeout, func() { cancel(slow) })
	defer func() { timeout.Stop() }()
	a.Opened = func() {
		if timeout.Stop() {
			timeout = time.AfterFunc(checkDuration, func() { cancel(enough) })
		}
	}
	messages := 0
	a.Handler.Event = func(e eventstream.Event) bool {
		if e.Kind == eventstream.Dispatched {
			messages++
		}
		return true
	}
	why := a.Run(ctx)
	var record live.Attempt
	a.Describe(&record)
	return live.FeedCheck{
		OK: a.isOpen(), Status: record.Status, Messages: messages,
		Code: why.Code, Reason: why.Message, Hint: why.Hint, Text: why.Text, Params: why.Params, Certificate: why.Certificate,
		DNS: record.DNS, Connect: record.Connect, TLS: record.TLS, FirstByte: record.FirstByte,
	}
}

// FailedCheck returns the result of a check whose settings are wrong.
func FailedCheck(err error) live.FeedCheck {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return live.FeedCheck{Code: e.Code, Field: e.Field, Reason: e.Message, Hint: e.Hint, Text: e.Text, Params: e.Params}
	}
	return live.FeedCheck{Code: "bad_settings", Reason: err.Error()}
}
