package feed

import (
	"context"
	"net/url"
	"slices"

	"signalbox/backend/live"
)

// Add follows one feed more.
func (f *Follower) Add(ctx context.Context, feed live.Feed, secrets live.Secrets) (Status, error) {
	f.edit.Lock()
	defer f.edit.Unlock()
	if err := live.CheckName(feed.Name); err != nil {
		return Status{}, err
	}
	if err := tidy(&feed, &secrets); err != nil {
		return Status{}, err
	}
	src, err := f.journal.AddSource(ctx, live.Source{Name: feed.Name, Colour: feed.Colour, Kind: live.FeedSource})
	if err != nil {
		return Status{}, err
	}
	feed.Source = src
	err = f.vault.Set(src.ID, secrets)
	if err == nil {
		err = f.store.PutFeed(ctx, feed)
	}
	if err != nil {
		// A source without settings would be a feed that nobody can edit.
		f.undo(src.ID)
		return Status{}, err
	}
	k := f.newKeeper(feed, &secrets)
	f.begin(k)
	f.change()
	return k.status(), nil
}

// undo takes a feed back that could not be added. Its errors are left out: the
// one that led here is told.
func (f *Follower) undo(id int64) {
	ctx := context.Background()
	_ = f.journal.RemoveSource(ctx, id)
	_ = f.store.DeleteFeed(ctx, id)
	_ = f.vault.Delete(id)
}

// begin starts a keeper, where Run runs; else Run will.
func (f *Follower) begin(k *keeper) {
	f.mu.Lock()
	ctx := f.ctx
	f.mu.Unlock()
	if ctx != nil && ctx.Err() == nil {
		k.start(ctx)
	}
}

// Edit replaces a feed's settings, its name included, and those of its secrets
// that are given. It is connected anew only where the request changes.
func (f *Follower) Edit(ctx context.Context, name string, feed live.Feed, secrets *live.Secrets) (Status, error) {
	f.edit.Lock()
	defer f.edit.Unlock()
	k, err := f.find(name)
	if err != nil {
		return Status{}, err
	}
	if err := live.CheckName(feed.Name); err != nil {
		return Status{}, err
	}
	if end := k.loadSecrets(); end != nil && secrets == nil {
		return Status{}, live.Errorf("secrets", "%s", end.reason).WithHint("Enter the sign-in of this feed again.")
	}
	use := keeping(&feed, secrets, k.secrets)
	if err := tidy(&feed, &use); err != nil {
		return Status{}, err
	}
	feed.Source.ID, feed.Paused = k.id, k.feed.Paused
	src, err := f.journal.ChangeSource(ctx, feed.Source)
	if err != nil {
		return Status{}, err
	}
	feed.Source = src
	if err := f.vault.Set(k.id, use); err != nil {
		return Status{}, err
	}
	if err := f.store.PutFeed(ctx, feed); err != nil {
		return Status{}, err
	}
	what := changes(&k.feed, &feed, secrets != nil)
	if sameRequest(&k.feed, &feed) && secrets == nil {
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
	elsewhere := path(k.feed.URL) != path(feed.URL)
	k.mu.Lock()
	k.feed, k.secrets, k.attempts = feed, &use, 0
	k.mu.Unlock()
	if elsewhere {
		// Another stream: the id of the old one means nothing there, or
		// something else.
		k.forgetPlace()
	}
	f.begin(k)
	f.change()
	return k.status(), nil
}

// sameRequest reports whether nothing differs that the server would see.
func sameRequest(a, b *live.Feed) bool {
	x, y := *a, *b
	x.Source, y.Source = live.Source{}, live.Source{}
	x.MaxRate, y.MaxRate = 0, 0
	return jsonText(x) == jsonText(y)
}

func path(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.EscapedPath()
}

// forgetPlace forgets where in its stream the feed was.
func (k *keeper) forgetPlace() {
	k.telling.Lock()
	k.absence = absence{}
	k.telling.Unlock()
	k.mu.Lock()
	k.wasOpen = false
	k.mu.Unlock()
	k.in.setLastID("")
}

// Remove takes a feed off the list. It can be restored for ten minutes.
func (f *Follower) Remove(ctx context.Context, name string) error {
	f.edit.Lock()
	defer f.edit.Unlock()
	k, err := f.find(name)
	if err != nil {
		return err
	}
	_ = k.loadSecrets() // a keyring that is locked must not keep a feed alive
	k.halt(endRemoved)
	if err := f.journal.RemoveSource(ctx, k.id); err != nil {
		f.begin(k)
		return err
	}
	f.mu.Lock()
	delete(f.keepers, k.id)
	if k.secrets != nil {
		f.removed[k.id] = *k.secrets
	}
	f.mu.Unlock()
	f.change()
	// Only now, and kept in memory: a removed feed leaves no secrets behind,
	// whenever the program ends.
	return f.vault.Delete(k.id)
}

// Restore undoes a removal.
func (f *Follower) Restore(ctx context.Context, id int64) (Status, error) {
	f.edit.Lock()
	defer f.edit.Unlock()
	feeds, err := f.store.Feeds(ctx)
	if err != nil {
		return Status{}, err
	}
	for _, feed := range feeds {
		if feed.Source.ID != id {
			continue
		}
		src, err := f.journal.RestoreSource(ctx, id)
		if err != nil {
			return Status{}, err
		}
		feed.Source = src
		f.mu.Lock()
		secrets := f.removed[id]
		delete(f.removed, id)
		f.mu.Unlock()
		if err := f.vault.Set(id, secrets); err != nil {
			return Status{}, err
		}
		k := f.newKeeper(feed, &secrets)
		f.begin(k)
		f.change()
		return k.status(), nil
	}
	return Status{}, live.Errorf("not_found", "This feed does not exist, or was removed too long ago.")
}

// Pause ends a feed's connection until Resume.
func (f *Follower) Pause(ctx context.Context, name string) error { return f.pause(ctx, name, true) }

// Resume follows a paused feed again.
func (f *Follower) Resume(ctx context.Context, name string) error { return f.pause(ctx, name, false) }

func (f *Follower) pause(ctx context.Context, name string, paused bool) error {
	f.edit.Lock()
	defer f.edit.Unlock()
	k, err := f.find(name)
	if err != nil || k.feed.Paused == paused {
		return err
	}
	feed := k.feed
	feed.Paused = paused
	if err := f.store.PutFeed(ctx, feed); err != nil {
		return err
	}
	k.halt(endPaused)
	k.mu.Lock()
	k.feed.Paused, k.attempts = paused, 0
	k.mu.Unlock()
	if paused {
		k.set(live.Stopped, endPaused)
		return nil
	}
	k.tellResumed()
	f.begin(k)
	f.change()
	return nil
}

// Reconnect tries a feed anew at once, whatever its state.
func (f *Follower) Reconnect(name string) error {
	f.edit.Lock()
	defer f.edit.Unlock()
	k, err := f.find(name)
	if err != nil {
		return err
	}
	if k.feed.Paused {
		return live.Errorf("paused", "The feed is paused.").WithHint("Resume it to connect.")
	}
	f.again(k)
	return nil
}

// ReconnectAll tries all feeds anew that are not paused.
func (f *Follower) ReconnectAll() {
	f.edit.Lock()
	defer f.edit.Unlock()
	for _, k := range f.all() {
		if !k.feed.Paused {
			f.again(k)
		}
	}
}

func (f *Follower) again(k *keeper) {
	k.halt(endReconnect)
	f.begin(k)
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
