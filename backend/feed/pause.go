package feed

import (
	"context"

	"signalbox/backend/live"
)

// Pause ends a feed's connection until Resume.
func (f *Follower) Pause(ctx context.Context, name string) error { return f.pause(ctx, name, true) }

// Resume follows a paused feed again.
func (f *Follower) Resume(ctx context.Context, name string) error { return f.pause(ctx, name, false) }

func (f *Follower) pause(ctx context.Context, name string, paused bool) error {
	k, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	feed := k.settings()
	if feed.Fault != "" {
		return unreadable(&feed)
	}
	if feed.Paused == paused {
		return nil
	}
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
	f.vault.Retry()
	k.tellResumed()
	f.begin(k)
	f.change()
	return nil
}

// Reconnect tries a feed anew at once, whatever its state.
func (f *Follower) Reconnect(name string) error {
	k, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	switch feed := k.settings(); {
	case feed.Fault != "":
		return unreadable(&feed)
	case feed.Paused:
		return live.Errorf("paused", "The feed is paused.").WithHint("Resume it to connect.")
	}
	f.vault.Retry()
	f.again(k)
	return nil
}

// ReconnectAll tries all feeds anew that are not paused. It does not wait for
// one that is being changed: that is tried anew after the change.
func (f *Follower) ReconnectAll() {
	f.vault.Retry()
	for _, k := range f.all() {
		f.whenFree(k, func() {
			if feed := k.settings(); !feed.Paused && feed.Fault == "" {
				f.again(k)
			}
		})
	}
}

func (f *Follower) again(k *keeper) {
	k.halt(endReconnect)
	f.begin(k)
}
