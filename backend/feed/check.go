package feed

import (
	"context"

	"signalbox/backend/dial"
	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// Check tries a feed once, for up to five seconds after it opened, and stores
// nothing. Wrong settings are reported in the same form. A feed that exists, by
// its id, is tried with the secrets that it would have after an edit.
func (f *Follower) Check(ctx context.Context, feed live.Feed, given live.Secrets) live.FeedCheck {
	if err := f.checkSettings(&feed, &given); err != nil {
		return dial.FailedCheck(err)
	}
	own := false
	c := dial.Check(ctx, &dial.Connection{
		Feed: &feed, Secrets: &given, UserAgent: f.opt.UserAgent, MaxEvent: f.MaxEvent, Dial: f.opt.dial,
		Handler: eventstream.Handler{Server: func(epoch string) { own = own || epoch == f.journal.Epoch() }},
	})
	if own && c.OK {
		own := live.Textf("own/check", "This stream is this Signalbox's own. Its messages are in the journal already and are not stored again.").
			WithHint("Follow another address, unless you want this one.")
		c.Code, c.Reason, c.Hint, c.Text, c.Params = "own", own.English, own.Hint, own.Code, own.Params
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
	if edited.Next == nil {
		_, unknown := s.storedSecrets()
		if unknown == nil {
			return f.checkSettings(feed, given) // the keyring has answered meanwhile
		}
		return secretsUnknown(unknown)
	}
	*given = *edited.Next
	return nil
}
