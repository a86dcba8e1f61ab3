package feed

import (
	"context"
	"errors"

	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// Add adds a feed and follows it.
func (f *Follower) Add(ctx context.Context, feed live.Feed, entered live.Secrets) (live.FeedStatus, error) {
	if err := live.CheckName(feed.Name); err != nil {
		return live.FeedStatus{}, err
	}
	if err := dial.Normalize(&feed, &entered); err != nil {
		return live.FeedStatus{}, err
	}
	used := secrets.Merge(&feed, &entered, &live.Secrets{})
	f.secretStore.AskAgain()
	src, err := f.journal.AddSource(ctx, live.Source{Name: feed.Name, Colour: feed.Colour, Kind: live.FeedSource, Keep: feed.Keep})
	if err != nil {
		return live.FeedStatus{}, err
	}
	defer f.lock(src.ID)()
	feed.Source = src
	undo := func() error { return nil }
	if secrets.Needed(&feed) {
		undo, err = f.secretStore.Set(src.ID, secrets.Stored{Secrets: used, Origin: secrets.Origin(feed.URL)})
	}
	if err == nil {
		if err = f.store.PutFeed(ctx, feed); err != nil {
			err = errors.Join(err, undo())
		}
	}
	if err != nil {
		// After a crash before this point, there is a feed without settings. The next
		// start reports it as unreadable; the user can edit or remove it.
		ctx := context.WithoutCancel(ctx)
		return live.FeedStatus{}, errors.Join(err, f.journal.RemoveSource(ctx, src.ID), f.store.DeleteFeed(ctx, src.ID))
	}
	s := f.subscribe(feed, &used)
	f.start(s)
	f.changes.Notify()
	return s.status(), nil
}

// Edit replaces a feed's settings, including its name, and the entered secrets.
// It reconnects only if the request changes.
//
// Name, secrets and settings are stored in three steps. If one fails, Edit undoes
// the steps before it. After a crash between them, the feed has its new name, or
// its new name and secrets with the old settings. Because secrets are sent only
// to the server for which they were entered, the feed then works as before, or
// stops and asks for its sign-in.
func (f *Follower) Edit(ctx context.Context, name string, feed live.Feed, entered *live.Secrets) (live.FeedStatus, error) {
	if err := live.CheckName(feed.Name); err != nil {
		return live.FeedStatus{}, err
	}
	s, unlock, err := f.lockByName(name)
	if err != nil {
		return live.FeedStatus{}, err
	}
	defer unlock()
	if err := f.finishUndo(s.id); err != nil {
		return live.FeedStatus{}, err
	}
	f.secretStore.AskAgain()
	old := s.settings()
	feed.Source.ID, feed.Paused = s.id, old.Paused
	edited, err := s.editSecrets(&old, &feed, entered)
	if err != nil {
		return live.FeedStatus{}, err
	}
	var undo undoSteps
	feed.Source, err = f.editSource(ctx, feed.Source, &undo)
	if err == nil && edited.Store {
		var step func() error
		step, err = f.secretStore.Set(s.id, secrets.Stored{Secrets: *edited.Next, Origin: secrets.Origin(feed.URL)})
		undo.add(step)
	}
	if err == nil {
		err = f.store.PutFeed(ctx, feed) // the last step needs no undo
	}
	if err != nil {
		f.rollBack(s.id, undo)
		return live.FeedStatus{}, err
	}
	f.applyEdit(ctx, s, &old, &feed, edited)
	return s.status(), nil
}

// applyEdit applies a stored edit to the subscription.
func (f *Follower) applyEdit(ctx context.Context, s *subscription, old, feed *live.Feed, edited secrets.Edited) {
	defer f.changes.Notify()
	changed := dial.Changes(old, feed, edited.Changed)
	why := disconnect.Edited(changed)
	if dial.SameRequest(old, feed) && !edited.Changed {
		if len(changed) > 0 {
			s.recorder.Edited(ctx, why, s.isRunning())
		}
		s.mu.Lock()
		s.feed = *feed
		s.mu.Unlock()
		return
	}
	if wasRunning := s.stop(why); !wasRunning {
		s.recorder.Edited(ctx, why, false)
	}
	s.mu.Lock()
	s.feed, s.secrets = *feed, edited.Next
	s.mu.Unlock()
	s.monitor.ResetAttempts()
	// If the old settings could not be read, the stream may be the same.
	if old.Fault.English == "" && !dial.SameStream(old, feed) {
		s.monitor.ForgetStream()
		if err := s.recorder.ForgetStream(); err != nil {
			s.log.Warn("the last event ID of the old stream was not deleted", "error", err)
		}
	}
	f.start(s)
}

// editSource changes the name, colour and limits of a source if they differ.
func (f *Follower) editSource(ctx context.Context, src live.Source, undo *undoSteps) (live.Source, error) {
	old, ok := f.journal.SourceByID(src.ID)
	if ok && old.Name == src.Name && (old.Colour == src.Colour || src.Colour == 0) && old.Keep == src.Keep {
		return old, nil
	}
	src, err := f.journal.ChangeSource(ctx, src)
	if err == nil {
		undo.add(func() error {
			_, err := f.journal.ChangeSource(context.Background(), old)
			return err
		})
	}
	return src, err
}

// editSecrets normalizes the new settings and returns the feed's secrets after
// the edit.
func (s *subscription) editSecrets(old, feed *live.Feed, entered *live.Secrets) (secrets.Edited, error) {
	extracted := secrets.Extract(feed, entered)
	if err := dial.Normalize(feed, nil); err != nil {
		return secrets.Edited{}, err
	}
	stored, unknown := s.storedSecrets()
	known := &stored
	if unknown != nil {
		known = nil
	}
	edited, err := secrets.Edit(old, feed, &extracted, known)
	switch {
	case err == secrets.ErrUnknown:
		return edited, secretsUnknown(unknown)
	case err != nil || edited.Next == nil:
		return edited, err
	}
	return edited, dial.Normalize(feed, edited.Next)
}

// secretsUnknown returns the Error of an edit that needs unknown secrets.
func secretsUnknown(why *disconnect.Reason) error {
	unlock := live.Textf("unlock", "It is needed for these settings.").WithHint("Unlock the keyring, or enter the sign-in of this feed again.")
	return why.AsText().Then(unlock).AsError()
}
