package node

import (
	"context"
	"net/url"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/sample"
	"signalbox/backend/setting"
)

// sampleFeeds creates and controls feeds that follow the local server itself,
// over real HTTP.
type sampleFeeds struct{ node *Node }

// feed returns a feed that follows a path of the local server, with its secrets.
func (s sampleFeeds) feed(path string) (fd live.Feed, secrets live.Secrets) {
	fd = live.Feed{URL: s.node.URL() + path, Method: "GET", Proxy: "direct"}
	fd.Certificate, _ = s.node.Certificate()
	if token := s.node.opt.Settings.Text(setting.Token); token != "" {
		fd.Auth, secrets.Token = "bearer", token
	}
	return fd, secrets
}

// Ready waits until the feeds are loaded. They are loaded shortly after the
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

// byID returns a feed that exists.
func (s sampleFeeds) byID(id int64) (live.FeedStatus, bool) {
	src, ok := s.node.journal.SourceByID(id)
	if !ok || !src.Removed.IsZero() {
		return live.FeedStatus{}, false
	}
	return s.node.feeds.Get(src.Name)
}

// Create creates a feed that follows a path of the local server.
func (s sampleFeeds) Create(ctx context.Context, name, path string, colour int) (live.Source, error) {
	fd, secrets := s.feed(path)
	fd.Name, fd.Colour = name, colour
	created, err := s.node.feeds.Add(ctx, fd, secrets)
	return created.Feed.Source, err
}

// FollowsSample reports whether a feed follows a sample server. It compares the
// path only: the local server may have had another address when the feed was
// created.
func (s sampleFeeds) FollowsSample(id int64) bool {
	fd, ok := s.byID(id)
	if !ok {
		return false
	}
	u, err := url.Parse(fd.Feed.URL)
	return err == nil && strings.HasPrefix(u.Path, sample.SamplePath)
}

// Resume resumes a feed. Since the feed was created the local server may have
// changed its port, its certificate or its token.
func (s sampleFeeds) Resume(ctx context.Context, id int64, path string) error {
	old, ok := s.byID(id)
	if !ok {
		return live.Errorf("not_found/sample_feed", "The feed of the sample events does not exist.")
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

// Pause pauses a feed. Its messages stay.
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
