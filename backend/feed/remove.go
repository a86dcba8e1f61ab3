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

// A removedFeed is what is kept in memory of a feed that may be restored.
type removedFeed struct {
	secrets secrets.Stored
	known   bool // otherwise the secrets are still stored
	until   time.Time
}

// Remove takes a feed off the list and deletes its secrets. It can be restored
// for ten minutes.
func (f *Follower) Remove(ctx context.Context, name string) error {
	s, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := f.retryUndo(s.id); err != nil {
		return err
	}
	removed := removedFeed{until: time.Now().Add(restoreTime)}
	var undo undoSteps
	if feed := s.settings(); feed.Fault != "" || secrets.Needed(&feed) {
		stored, unknown := s.storedSecrets()
		if removed.known = unknown == nil; removed.known {
			// Kept in memory only: a removed feed leaves no secrets behind,
			// whenever the program ends.
			step, err := f.secretStore.Set(s.id, secrets.Stored{})
			if err != nil {
				return err
			}
			undo.add(step)
			removed.secrets = stored
		}
		// A locked keyring does not prevent the removal. It is asked to delete
		// the secrets when the feed can no longer be restored.
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

// forgetRemoved makes a removed feed impossible to restore: it deletes its
// secrets. It is called with the feed's lock held.
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

// Restore undoes a removal. The secrets are stored first: where that fails,
// nothing has changed. After a crash before the second step they are in the
// keyring for a feed that is removed, as those of a feed that was removed while
// the keyring was locked.
func (f *Follower) Restore(ctx context.Context, id int64) (live.FeedStatus, error) {
	defer f.lock(id)()
	if err := f.retryUndo(id); err != nil {
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
	f.secretStore.Retry()
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
