package dial

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

const (
	// checkDuration is how long Check reads the stream.
	checkDuration = 5 * time.Second
	// checkTimeout is how long Check waits for the response. It is short because a
	// user is waiting at the form.
	checkTimeout = 20 * time.Second
)

// Check opens a connection, reads it for up to five seconds and reports the
// result. It counts the messages and stores nothing. The caller must leave
// c.Opened and c.Handler.Event unset.
func Check(ctx context.Context, c *Connection) live.FeedCheck {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slow := because("timeout/check", "No response came within {limit_ms}.", "limit_ms", checkTimeout).
		WithHint("The server may answer only when the first message comes; then this feed works all the same.")
	enough := because("open", "The stream is open.")
	timeout := time.AfterFunc(checkTimeout, func() { cancel(slow) })
	defer func() { timeout.Stop() }()
	c.Opened = func() {
		if timeout.Stop() {
			timeout = time.AfterFunc(checkDuration, func() { cancel(enough) })
		}
	}
	messages := 0
	c.Handler.Event = func(e eventstream.Event) bool {
		if e.Kind == eventstream.Dispatched {
			messages++
		}
		return true
	}
	why := c.Run(ctx)
	var record live.Attempt
	c.Describe(&record)
	return live.FeedCheck{
		OK: c.wasOpened(), Status: record.Status, Messages: messages,
		Code: why.Code, Reason: why.Message, Hint: why.Hint, Text: why.Text, Params: why.Params, Certificate: why.Certificate,
		DNS: record.DNS, Connect: record.Connect, TLS: record.TLS, FirstByte: record.FirstByte,
	}
}

// FailedCheck returns the result of a check whose settings err refuses.
func FailedCheck(err error) live.FeedCheck {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return live.FeedCheck{Code: e.Code, Field: e.Field, Reason: e.Message, Hint: e.Hint, Text: e.Text, Params: e.Params}
	}
	return live.FeedCheck{Code: "bad_settings", Reason: err.Error()}
}
