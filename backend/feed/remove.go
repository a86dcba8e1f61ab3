package feed

import (
	"context"
	"slices"
	"time"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// restoreTime is how long a removed feed can be restored. The journal keeps its
// messages for as long.
const restoreTime = 10 * time.Minute

// A removedFeed is a feed that can be restored.
type removedFeed struct {
	secrets secrets.Stored
	known   bool      // secrets are the feed's; if false, they are still in the SecretStore
	until   time.Time // when it can no longer be restored
}

// Remove removes a feed from the list and deletes its secrets. Restore can undo
// that for ten minutes.
func (f *Follower) Remove(ctx context.Context, name string) error {
	s, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := f.finishUndo(s.id); err != nil {
		return err
	}
	removed := removedFeed{until: time.Now().Add(restoreTime)}
	var undo undoSteps
	if feed := s.settings(); feed.Fault.English != "" || secrets.Needed(&feed) {
		stored, unknown := s.storedSecrets()
		if removed.known = unknown == nil; removed.known {
			// From here on the secrets are in memory only: whenever the program
			// ends, none of a removed feed stay stored.
			step, err := f.secretStore.Set(s.id, secrets.Stored{})
			if err != nil {
				return err
			}
			undo.add(step)
			removed.secrets = stored
		}
		// A locked keyring does not prevent the removal. forgetRemoved deletes the
		// secrets when the feed can no longer be restored.
	}
	s.stop(disconnect.Removed)
	if err := f.journal.RemoveSource(ctx, s.id); err != nil {
		f.rollBack(s.id, undo)
		f.start(s)
		return err
	}
	f.mu.Lock()
	delete(f.subscriptions, s.id)
	f.removed[s.id] = removed
	f.mu.Unlock()
	f.changes.Notify()
	return nil
}

// forgetRemoved deletes the secrets of a removed feed, which cannot be restored
// then. It is called with the feed's lock held.
func (f *Follower) forgetRemoved(id int64) {
	f.mu.Lock()
	removed, ok := f.removed[id]
	delete(f.removed, id)
	f.mu.Unlock()
	if !ok || removed.known {
		return
	}
	if _, err := f.secretStore.Set(id, secrets.Stored{}); err != nil {
		f.opt.Log.Warn("the secrets of a removed feed were not deleted", "feed", id, "error", err)
	}
}

// Restore undoes a removal. It stores the secrets first; if that fails, nothing
// has changed. After a crash before the second step, the keyring still has
// secrets of a removed feed, as after a removal with a locked keyring.
func (f *Follower) Restore(ctx context.Context, id int64) (live.FeedStatus, error) {
	defer f.lock(id)()
	if err := f.finishUndo(id); err != nil {
		return live.FeedStatus{}, err
	}
	feeds, err := f.storedFeeds(ctx)
	if err != nil {
		return live.FeedStatus{}, err
	}
	i := slices.IndexFunc(feeds, func(feed live.Feed) bool { return feed.Source.ID == id })
	if _, listed := f.subscription(id); i < 0 || listed {
		return live.FeedStatus{}, live.Errorf("not_found/removed_feed", "This feed does not exist, or was removed too long ago.")
	}
	f.mu.Lock()
	removed := f.removed[id]
	f.mu.Unlock()
	f.secretStore.AskAgain()
	var known *live.Secrets
	var undo undoSteps
	if removed.known {
		step, err := f.secretStore.Set(id, removed.secrets)
		if err != nil {
			return live.FeedStatus{}, err
		}
		undo.add(step)
		known = &removed.secrets.Secrets
	}
	feed := feeds[i]
	if feed.Source, err = f.journal.RestoreSource(ctx, id); err != nil {
		f.rollBack(id, undo)
		return live.FeedStatus{}, err
	}
	f.mu.Lock()
	delete(f.removed, id)
	f.mu.Unlock()
	s := f.subscribe(feed, known)
	f.start(s)
	f.changes.Notify()
	return s.status(), nil
}
