package feed

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

// restorable is how long a removed feed can be restored. The journal keeps its
// messages for as long.
const restorable = 10 * time.Minute

// lock takes the right to change one feed. A keyring may be waited for while
// it is held, so nothing that concerns other feeds waits for it.
func (f *Follower) lock(id int64) (unlock func()) {
	m := f.editLock(id)
	m.Lock()
	return m.Unlock
}

// whenFree does something with a feed that is still there: at once, or without
// waiting for it after the change that is being made.
func (f *Follower) whenFree(k *keeper, do func()) {
	locked := func(m *sync.Mutex) {
		defer m.Unlock()
		if now, ok := f.keeper(k.id); ok && now == k {
			do()
		}
	}
	m := f.editLock(k.id)
	if m.TryLock() {
		locked(m)
		return
	}
	go func() {
		m.Lock()
		locked(m)
	}()
}

func (f *Follower) editLock(id int64) *sync.Mutex {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.edits[id]
	if m == nil {
		m = new(sync.Mutex)
		f.edits[id] = m
	}
	return m
}

// lockByName finds a feed by its name and takes the right to change it.
func (f *Follower) lockByName(name string) (k *keeper, unlock func(), err error) {
	if k, err = f.find(name); err != nil {
		return nil, nil, err
	}
	unlock = f.lock(k.id)
	if now, ok := f.keeper(k.id); !ok || now != k {
		unlock()
		return nil, nil, noFeed(name) // it was removed meanwhile
	}
	return k, unlock, nil
}

// Add follows one feed more.
func (f *Follower) Add(ctx context.Context, feed live.Feed, secrets live.Secrets) (live.FeedStatus, error) {
	if err := live.CheckName(feed.Name); err != nil {
		return live.FeedStatus{}, err
	}
	if err := tidy(&feed, &secrets); err != nil {
		return live.FeedStatus{}, err
	}
	secrets = mergeSecrets(&feed, &secrets, &live.Secrets{})
	f.vault.Retry()
	src, err := f.journal.AddSource(ctx, live.Source{Name: feed.Name, Colour: feed.Colour, Kind: live.FeedSource, Keep: feed.Keep})
	if err != nil {
		return live.FeedStatus{}, err
	}
	defer f.lock(src.ID)()
	feed.Source = src
	undo := func() error { return nil }
	if needsSecrets(&feed) {
		undo, err = f.vault.Set(src.ID, StoredSecrets{secrets, origin(feed.URL)})
	}
	if err == nil {
		if err = f.store.PutFeed(ctx, feed); err != nil {
			err = errors.Join(err, undo())
		}
	}
	if err != nil {
		// A crash instead leaves a feed without settings. The next start shows
		// it as one that cannot be read, to be edited or removed.
		ctx := context.WithoutCancel(ctx)
		return live.FeedStatus{}, errors.Join(err, f.journal.RemoveSource(ctx, src.ID), f.store.DeleteFeed(ctx, src.ID))
	}
	k := f.newKeeper(feed, &secrets)
	f.begin(k)
	f.change()
	return k.status(), nil
}

// begin starts a keeper, where Run runs; else Run will.
func (f *Follower) begin(k *keeper) {
	f.life.RLock()
	defer f.life.RUnlock()
	if f.ctx != nil && f.ctx.Err() == nil {
		k.start(f.ctx)
	}
}

// Edit replaces a feed's settings, its name included, and those of its secrets
// that are given. It is connected anew only where the request changes.
//
// Name, secrets and settings are stored one after the other; when one of them
// fails, those before it are taken back. After a crash in between, the feed has
// its new name, or its new secrets with the old settings. Secrets are sent only
// where they were entered for, so then it works as before, or stops and asks
// for its sign-in.
func (f *Follower) Edit(ctx context.Context, name string, feed live.Feed, given *live.Secrets) (live.FeedStatus, error) {
	if err := live.CheckName(feed.Name); err != nil {
		return live.FeedStatus{}, err
	}
	k, unlock, err := f.lockByName(name)
	if err != nil {
		return live.FeedStatus{}, err
	}
	defer unlock()
	if err := f.retryUndo(k.id); err != nil {
		return live.FeedStatus{}, err
	}
	f.vault.Retry()
	old := k.settings()
	feed.Source.ID, feed.Paused = k.id, old.Paused
	secrets, err := k.nextSecrets(&old, &feed, given)
	if err != nil {
		return live.FeedStatus{}, err
	}
	var done steps
	feed.Source, err = f.rename(ctx, feed.Source, &done)
	if err == nil && secrets.store {
		var undo func() error
		undo, err = f.vault.Set(k.id, StoredSecrets{*secrets.next, origin(feed.URL)})
		done.add(undo)
	}
	if err == nil {
		err = f.store.PutFeed(ctx, feed) // the last step, so it need not be taken back
	}
	if err != nil {
		f.rollBack(k.id, done)
		return live.FeedStatus{}, err
	}
	what := changes(&old, &feed, secrets.changed)
	if sameRequest(&old, &feed) && !secrets.changed {
		if len(what) > 0 {
			k.tellEdited(ctx, edited(what))
		}
		k.mu.Lock()
		k.feed = feed
		k.mu.Unlock()
		f.change()
		return k.status(), nil
	}
	if why := edited(what); !k.halt(why) {
		k.tellEdited(ctx, why)
	}
	k.mu.Lock()
	k.feed, k.secrets, k.attempts = feed, secrets.next, 0
	k.mu.Unlock()
	// Settings that could not be read may have been those of the same stream.
	if old.Fault == "" && streamOf(&old) != streamOf(&feed) {
		k.forgetPlace()
	}
	f.begin(k)
	f.change()
	return k.status(), nil
}

// rename gives a source its name, its colour and what is kept of it, where
// they differ.
func (f *Follower) rename(ctx context.Context, src live.Source, done *steps) (live.Source, error) {
	old, ok := f.journal.SourceByID(src.ID)
	if ok && old.Name == src.Name && (old.Colour == src.Colour || src.Colour == 0) && old.Keep == src.Keep {
		return old, nil
	}
	src, err := f.journal.ChangeSource(ctx, src)
	if err == nil {
		done.add(func() error {
			_, err := f.journal.ChangeSource(context.Background(), old)
			return err
		})
	}
	return src, err
}

// nextSecrets is what an edit makes of a feed's secrets.
type nextSecrets struct {
	next    *live.Secrets // nil where those that are stored stay, and are not known now
	store   bool          // next differs from what is stored
	changed bool          // the request changes
}

// nextSecrets brings the new settings into their form and finds the secrets
// that go with them. What is stored is used for the server that it was entered
// for and for no other.
func (k *keeper) nextSecrets(old, feed *live.Feed, given *live.Secrets) (n nextSecrets, err error) {
	entered := takeSecrets(feed, given)
	if err := tidy(feed, nil); err != nil {
		return n, err
	}
	stored, end := k.storedSecrets()
	switch {
	case !needsSecrets(feed):
		n.next = &live.Secrets{}
		n.store = end != nil || !stored.isZero()
	case end == nil:
		if stored.Origin == "" {
			stored.Origin = origin(old.URL) // an earlier version stored it
		}
		mine := stored.Secrets
		if stored.Origin != origin(feed.URL) {
			mine = live.Secrets{}
		}
		s := mergeSecrets(feed, &entered, &mine)
		if err := refuseElsewhere(feed, &s, &stored); err != nil {
			return n, err
		}
		n.next, n.store = &s, !reflect.DeepEqual(s, stored.Secrets) || stored.Origin != origin(feed.URL)
	default:
		s := mergeSecrets(feed, &entered, &live.Secrets{})
		all := missingSecret(feed, &s) == "" && (feed.Auth != "basic" || s.Password != "")
		same := origin(old.URL) == origin(feed.URL) && slices.Equal(usedSecrets(old), usedSecrets(feed))
		switch {
		case all:
			n.next, n.store = &s, true
		case same && reflect.DeepEqual(s, live.Secrets{}):
			return n, nil
		default:
			return n, live.Errorf(end.code, "%s", end.reason).WithHint("Unlock the keyring, or enter the sign-in of this feed again.")
		}
	}
	n.changed = end != nil || !reflect.DeepEqual(*n.next, stored.Secrets)
	return n, tidy(feed, n.next)
}

// sameRequest reports whether nothing differs that the server would see.
func sameRequest(a, b *live.Feed) bool {
	x, y := *a, *b
	x.Source, y.Source = live.Source{}, live.Source{}
	x.MaxRate, y.MaxRate = 0, 0
	return x.Fault == y.Fault && jsonText(x) == jsonText(y)
}

// forgetPlace forgets where in its stream the feed was. The id that was stored
// is overwritten with the next commit: after a crash before that, the new
// stream is asked to resume from the old one's id.
func (k *keeper) forgetPlace() {
	k.telling.Lock()
	k.absence = absence{}
	k.telling.Unlock()
	k.mu.Lock()
	k.wasOpen = false
	k.mu.Unlock()
	k.in.setLastID("")
	if err := k.in.saveMark(); err != nil {
		k.log.Warn("the feed's place was not stored", "error", err)
	}
}

// changes lists the settings that differ, in words.
func changes(a, b *live.Feed, secrets bool) (list []string) {
	for _, c := range []struct {
		what    string
		differs bool
	}{
		{"address", a.URL != b.URL}, {"method", a.Method != b.Method}, {"body", a.Body != b.Body},
		{"headers", !slices.Equal(a.Headers, b.Headers)},
		{"sign-in", secrets || a.Auth != b.Auth || a.User != b.User},
		{"certificate authorities", a.CA != b.CA}, {"accepted certificate", a.Certificate != b.Certificate},
		{"proxy", a.Proxy != b.Proxy}, {"limit", a.MaxRate != b.MaxRate},
	} {
		if c.differs {
			list = append(list, c.what)
		}
	}
	return list
}

// unreadable says that nothing can be done with a feed before it is edited.
func unreadable(feed *live.Feed) error {
	return live.Errorf("settings", "The settings of this feed cannot be read. %s", feed.Fault).WithHint(mendHint)
}

const mendHint = "Edit the feed and enter its address again, or remove it."
