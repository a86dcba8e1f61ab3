package feed

import (
	"context"
	"slices"
	"time"

	"signalbox/backend/live"
)

// Remove takes a feed off the list. It can be restored for ten minutes.
func (f *Follower) Remove(ctx context.Context, name string) error {
	k, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	if err := f.retryUndo(k.id); err != nil {
		return err
	}
	r := removed{until: time.Now().Add(restorable)}
	var done steps
	if old := k.settings(); old.Fault != "" || needsSecrets(&old) {
		stored, end := k.storedSecrets()
		if r.known = end == nil; r.known {
			// Kept in memory only: a removed feed leaves no secrets behind,
			// whenever the program ends.
			undo, err := f.vault.Set(k.id, StoredSecrets{})
			if err != nil {
				return err
			}
			done.add(undo)
			r.secrets = stored
		}
		// A keyring that is locked must not keep a feed alive. It is asked to
		// forget when the feed can no longer be restored.
	}
	k.halt(endRemoved)
	if err := f.journal.RemoveSource(ctx, k.id); err != nil {
		f.rollBack(k.id, done)
		f.begin(k)
		return err
	}
	f.mu.Lock()
	delete(f.keepers, k.id)
	f.removed[k.id] = r
	f.mu.Unlock()
	f.change()
	return nil
}

// removed is what is kept of a feed that may be restored.
type removed struct {
	secrets StoredSecrets
	known   bool // else they still lie where they were
	until   time.Time
}

// forget lets go of a removed feed's secrets. It is called with the feed's lock held.
func (f *Follower) forget(id int64) {
	f.mu.Lock()
	r, ok := f.removed[id]
	delete(f.removed, id)
	f.mu.Unlock()
	if !ok || r.known {
		return
	}
	if _, err := f.vault.Set(id, StoredSecrets{}); err != nil {
		f.opt.Log.Warn("the secrets of a removed feed were not deleted", "feed", id, "error", err)
	}
}

// Restore undoes a removal. The secrets are stored first: where that fails,
// nothing has changed. After a crash before the second step they lie in the
// keyring for a feed that is removed, as for any that was removed while the
// keyring was locked.
func (f *Follower) Restore(ctx context.Context, id int64) (live.FeedStatus, error) {
	defer f.lock(id)()
	if err := f.retryUndo(id); err != nil {
		return live.FeedStatus{}, err
	}
	feeds, err := f.feeds(ctx)
	if err != nil {
		return live.FeedStatus{}, err
	}
	i := slices.IndexFunc(feeds, func(feed live.Feed) bool { return feed.Source.ID == id })
	if _, alive := f.keeper(id); i < 0 || alive {
		return live.FeedStatus{}, live.Errorf("not_found", "This feed does not exist, or was removed too long ago.")
	}
	f.mu.Lock()
	r := f.removed[id]
	f.mu.Unlock()
	f.vault.Retry()
	var secrets *live.Secrets
	var done steps
	if r.known {
		undo, err := f.vault.Set(id, r.secrets)
		if err != nil {
			return live.FeedStatus{}, err
		}
		done.add(undo)
		secrets = &r.secrets.Secrets
	}
	feed := feeds[i]
	if feed.Source, err = f.journal.RestoreSource(ctx, id); err != nil {
		f.rollBack(id, done)
		return live.FeedStatus{}, err
	}
	f.mu.Lock()
	delete(f.removed, id)
	f.mu.Unlock()
	k := f.newKeeper(feed, secrets)
	f.begin(k)
	f.change()
	return k.status(), nil
}
