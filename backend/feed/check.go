package feed

import (
	"context"

	"signalbox/backend/dial"
	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// Check connects to a feed once, reads for up to five seconds and stores nothing.
// Its result also reports settings that cannot be used. If the ID is that of an
// existing feed, Check uses the secrets that the feed would have after an edit.
func (f *Follower) Check(ctx context.Context, feed live.Feed, entered live.Secrets) live.FeedCheck {
	if err := f.checkSettings(&feed, &entered); err != nil {
		return dial.FailedCheck(err)
	}
	own := false
	c := dial.Check(ctx, &dial.Connection{
		Feed: &feed, Secrets: &entered, UserAgent: f.opt.UserAgent, MaxEvent: f.MaxEvent, Dial: f.opt.dial,
		Handler: eventstream.Handler{Server: func(epoch string) { own = own || epoch == f.journal.Epoch() }},
	})
	if own && c.OK {
		own := live.Textf("own/check", "This stream is this Signalbox's own. Its messages are in the journal already and are not stored again.").
			WithHint("Follow another address, unless you want this one.")
		c.Code, c.Reason, c.Hint, c.Text, c.Params = "own", own.English, own.Hint, own.Code, own.Params
	}
	return c
}

// checkSettings normalizes the settings of a check. If the feed exists, it adds
// the stored secrets to the entered ones.
func (f *Follower) checkSettings(feed *live.Feed, entered *live.Secrets) error {
	s, exists := f.subscription(feed.ID)
	if !exists {
		return dial.Normalize(feed, entered)
	}
	f.secretStore.AskAgain()
	old := s.settings()
	edited, err := s.editSecrets(&old, feed, entered)
	if err != nil {
		return err
	}
	if edited.Next == nil {
		_, unknown := s.storedSecrets()
		if unknown == nil {
			return f.checkSettings(feed, entered) // the keyring has answered meanwhile
		}
		return secretsUnknown(unknown)
	}
	*entered = *edited.Next
	return nil
}
