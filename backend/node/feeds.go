package node

import (
	"context"
	"net/url"
	"strings"

	"signalbox/backend/example"
	"signalbox/backend/live"
	"signalbox/backend/setting"
	"signalbox/backend/sqlite/installation"
)

// sampleFeeds lets the samples follow the local server itself, over real HTTP.
type sampleFeeds struct{ node *Node }

// feed returns what a feed that follows a path of the local server is set to.
func (s sampleFeeds) feed(path string) (fd live.Feed, secrets live.Secrets) {
	fd = live.Feed{URL: s.node.URL() + path, Method: "GET", Proxy: "direct"}
	fd.Certificate, _ = s.node.Certificate()
	if token := s.node.opt.Settings.Text(setting.Token); token != "" {
		fd.Auth, secrets.Token = "bearer", token
	}
	return fd, secrets
}

// Ready waits until the feeds are loaded, which they are moments after the
// start.
func (s sampleFeeds) Ready(ctx context.Context) error {
	for {
		changed, _ := s.node.feeds.Changed()
		if s.loaded() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s sampleFeeds) loaded() bool {
	for _, src := range s.node.journal.Sources() {
		if src.Kind != live.FeedSource {
			continue
		}
		if _, ok := s.byID(src.ID); !ok {
			return false
		}
	}
	return true
}

// byID returns a feed as it is now.
func (s sampleFeeds) byID(id int64) (live.FeedStatus, bool) {
	src, ok := s.node.journal.SourceByID(id)
	if !ok || !src.Removed.IsZero() {
		return live.FeedStatus{}, false
	}
	return s.node.feeds.Get(src.Name)
}

// Make adds a feed that follows a path of the local server.
func (s sampleFeeds) Make(ctx context.Context, name, path string, colour int) (live.Source, error) {
	fd, secrets := s.feed(path)
	fd.Name, fd.Colour = name, colour
	made, err := s.node.feeds.Add(ctx, fd, secrets)
	return made.Feed.Source, err
}

// Follows reports whether a feed still follows a stream of the samples. The
// server's address may have been another one when the feed was made.
func (s sampleFeeds) Follows(id int64) bool {
	fd, ok := s.byID(id)
	if !ok {
		return false
	}
	u, err := url.Parse(fd.Feed.URL)
	return err == nil && strings.HasPrefix(u.Path, example.SamplePath)
}

// Resume goes on with a feed. The server may listen on another port than when
// it was made, show another certificate, or demand another token.
func (s sampleFeeds) Resume(ctx context.Context, id int64, path string) error {
	old, ok := s.byID(id)
	if !ok {
		return live.Errorf("not_found", "The feed of the sample events is not there.")
	}
	fd, secrets := s.feed(path)
	if old.Feed.URL != fd.URL || old.Feed.Certificate != fd.Certificate || old.Feed.Auth != fd.Auth || secrets.Token != "" {
		next := old.Feed
		next.URL, next.Certificate, next.Auth = fd.URL, fd.Certificate, fd.Auth
		if _, err := s.node.feeds.Edit(ctx, old.Name, next, &secrets); err != nil {
			return err
		}
	}
	return s.node.feeds.Resume(ctx, old.Name)
}

// Pause pauses a feed; what it has received stays.
func (s sampleFeeds) Pause(ctx context.Context, id int64) error {
	fd, ok := s.byID(id)
	if !ok {
		return nil
	}
	return s.node.feeds.Pause(ctx, fd.Name)
}

// Remove removes a feed. It can be restored for a while.
func (s sampleFeeds) Remove(ctx context.Context, id int64) error {
	fd, ok := s.byID(id)
	if !ok {
		return nil
	}
	return s.node.feeds.Remove(ctx, fd.Name)
}

// sampleMemory keeps what the samples remember among the settings of this
// installation.
type sampleMemory struct{ store *installation.Store }

func (m sampleMemory) Load(ctx context.Context) (string, error) {
	text, _, err := m.store.Setting(ctx, "samples")
	return text, err
}

func (m sampleMemory) Save(ctx context.Context, text string) error {
	return m.store.PutSetting(ctx, "samples", text)
}
