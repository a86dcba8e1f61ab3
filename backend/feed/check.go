package feed

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/eventstream"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
)

const (
	// checkDuration is how long a stream is read.
	checkDuration = 5 * time.Second
	// checkTimeout is how long the response is waited for: somebody looks at the
	// form meanwhile.
	checkTimeout = 20 * time.Second
)

// Check tries a feed once, for up to five seconds after it opened, and stores
// nothing. Wrong settings are reported in the same form. A feed that exists, by
// its id, is tried with the secrets that it would have after an edit.
func (f *Follower) Check(ctx context.Context, feed live.Feed, given live.Secrets) live.FeedCheck {
	if err := f.checkSettings(&feed, &given); err != nil {
		c := live.FeedCheck{Code: "bad_settings", Reason: err.Error()}
		if e, ok := errors.AsType[*live.Error](err); ok {
			c.Code, c.Field, c.Reason, c.Hint = e.Code, e.Field, e.Message, e.Hint
		}
		return c
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slow := disconnect.Because(live.Textf("timeout/check", "No response came within {limit_ms}.", "limit_ms", checkTimeout).
		WithHint("The server may answer only when the first message comes; then this feed works all the same."))
	enough := disconnect.Because(live.Textf("open", "The stream is open."))
	timeout := time.AfterFunc(checkTimeout, func() { cancel(slow) })
	defer func() { timeout.Stop() }()
	messages, own := 0, false
	a := &dial.Attempt{
		Feed: &feed, Secrets: &given, UserAgent: f.opt.UserAgent, MaxEvent: f.MaxEvent, Dial: f.opt.dial,
		Opened: func() {
			if timeout.Stop() {
				timeout = time.AfterFunc(checkDuration, func() { cancel(enough) })
			}
		},
		Handler: eventstream.Handler{
			Server: func(epoch string) { own = own || epoch == f.journal.Epoch() },
			Event: func(e eventstream.Event) bool {
				if e.Kind == eventstream.Dispatched {
					messages++
				}
				return true
			},
		},
	}
	why := a.Run(ctx)
	var record live.Attempt
	a.Describe(&record)
	c := live.FeedCheck{
		OK: a.IsOpen(), Status: record.Status, Messages: messages,
		Code: why.Code, Reason: why.Message, Hint: why.Hint, Certificate: why.Certificate,
		DNS: record.DNS, Connect: record.Connect, TLS: record.TLS, FirstByte: record.FirstByte,
	}
	if own && c.OK {
		c.Code, c.Reason, c.Hint = "own", ingest.OwnStream().English, "Follow another address, unless you mean it."
	}
	return c
}

// checkSettings normalizes the settings of a check and finds the secrets that go
// with them.
func (f *Follower) checkSettings(feed *live.Feed, given *live.Secrets) error {
	s, exists := f.subscription(feed.ID)
	if !exists {
		return dial.Normalize(feed, given)
	}
	f.secretStore.Retry()
	old := s.settings()
	edited, err := s.editSecrets(&old, feed, given)
	if err != nil {
		return err
	}
	if edited.next == nil {
		_, unknown := s.storedSecrets()
		if unknown == nil {
			return f.checkSettings(feed, given) // the keyring has answered meanwhile
		}
		return secretsUnknown(unknown)
	}
	*given = *edited.next
	return nil
}
