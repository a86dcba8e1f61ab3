package feed

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/live"
)

const (
	// checkFor is how long a stream is listened to.
	checkFor = 5 * time.Second
	// checkOpen is how long it may take to open: somebody waits for the answer.
	checkOpen = 20 * time.Second
)

// endChecked ends a trial that went well.
var endChecked = &ending{code: "open", reason: "The stream is open."}

// Check tries a feed once, for up to five seconds after it opened, and keeps
// nothing of it. Errors in the settings are told in the same way. A feed that
// is there already, by its id, is tried with the secrets that it has, as far as
// an edit would keep them.
func (f *Follower) Check(ctx context.Context, feed live.Feed, secrets live.Secrets) live.FeedCheck {
	if err := f.checkSettings(&feed, &secrets); err != nil {
		c := live.FeedCheck{Code: "bad_settings", Reason: err.Error()}
		if e, ok := errors.AsType[*live.Error](err); ok {
			c.Code, c.Field, c.Reason, c.Hint = e.Code, e.Field, e.Message, e.Hint
		}
		return c
	}
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	slow := because("timeout", "No answer came within %s.", words(checkOpen)).
		advise("The server may answer only when the first message comes; then this feed works all the same.")
	limit := time.AfterFunc(checkOpen, func() { cut(slow) })
	defer limit.Stop()
	messages := 0
	c := &client{
		feed: &feed, secrets: &secrets, agent: f.opt.UserAgent, max: f.max, dial: f.dial,
		opened: func(int) {
			if limit.Stop() {
				limit = time.AfterFunc(checkFor, func() { cut(endChecked) })
			}
		},
		read: func(int) {}, comment: func() {}, retry: func(int64) {}, over: func() {},
		item: func(it item) bool {
			if it.kind == anEvent {
				messages++
			}
			return true
		},
	}
	own := false
	c.server = func(epoch string) { own = own || epoch == f.journal.Epoch() }
	end := c.run(ctx)
	limit.Stop()
	out := live.FeedCheck{
		OK: c.trace.step() == "open", Status: int(c.status.Load()), Messages: messages,
		Code: end.code, Reason: end.reason, Hint: end.hint, Certificate: end.certificate,
	}
	if own && out.OK {
		out.Code, out.Reason, out.Hint = "own", ownStream, "Follow another address, unless you mean it."
	}
	out.DNS, out.Connect, out.TLS, out.FirstByte, _ = c.trace.times()
	return out
}

// checkSettings brings the settings of a trial into their form and finds the
// secrets that go with them.
func (f *Follower) checkSettings(feed *live.Feed, secrets *live.Secrets) error {
	k, ok := f.keeper(feed.ID)
	if !ok {
		return tidy(feed, secrets)
	}
	f.vault.Retry()
	old := k.settings()
	n, err := k.nextSecrets(&old, feed, secrets)
	if err != nil {
		return err
	}
	if n.next == nil {
		_, end := k.storedSecrets()
		if end == nil {
			return f.checkSettings(feed, secrets) // the keyring has answered meanwhile
		}
		return live.Errorf(end.code, "%s", end.reason).WithHint("Unlock the keyring, or enter the sign-in of this feed again.")
	}
	*secrets = *n.next
	return nil
}
