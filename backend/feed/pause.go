package feed

import (
	"context"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// Pause ends a feed's connection until Resume.
func (f *Follower) Pause(ctx context.Context, name string) error { return f.setPaused(ctx, name, true) }

// Resume follows a paused feed again.
func (f *Follower) Resume(ctx context.Context, name string) error {
	return f.setPaused(ctx, name, false)
}

func (f *Follower) setPaused(ctx context.Context, name string, paused bool) error {
	s, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	feed := s.settings()
	if feed.Fault.English != "" {
		return unreadable(&feed)
	}
	if feed.Paused == paused {
		return nil
	}
	feed.Paused = paused
	if err := f.store.PutFeed(ctx, feed); err != nil {
		return err
	}
	s.stop(disconnect.Paused)
	s.mu.Lock()
	s.feed.Paused = paused
	s.mu.Unlock()
	s.monitor.ResetAttempts()
	if paused {
		s.monitor.SetState(live.Stopped, disconnect.Paused)
		return nil
	}
	f.secretStore.AskAgain()
	s.recorder.Resumed()
	f.start(s)
	f.changes.Notify()
	return nil
}

// Reconnect ends a feed's connection, or its wait, and connects at once.
func (f *Follower) Reconnect(name string) error {
	s, unlock, err := f.lockByName(name)
	if err != nil {
		return err
	}
	defer unlock()
	switch feed := s.settings(); {
	case feed.Fault.English != "":
		return unreadable(&feed)
	case feed.Paused:
		return live.Errorf("paused/feed", "The feed is paused.").WithHint("Resume it to connect.")
	}
	f.secretStore.AskAgain()
	f.restart(s)
	return nil
}

// ReconnectAll reconnects all feeds that are not paused. It does not wait for a
// feed that is being changed: such a feed reconnects after the change.
func (f *Follower) ReconnectAll() {
	f.secretStore.AskAgain()
	for _, s := range f.all() {
		f.whenUnlocked(s, func() {
			if feed := s.settings(); !feed.Paused && feed.Fault.English == "" {
				f.restart(s)
			}
		})
	}
}

func (f *Follower) restart(s *subscription) {
	s.stop(disconnect.Requested)
	f.start(s)
}
