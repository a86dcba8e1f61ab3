package node

import (
	"context"

	"signalbox/backend/feed"
	"signalbox/backend/live"
	"signalbox/backend/serve"
)

// feeds shows a feed.Follower to the server, which must not know that package.
type feeds struct{ *feed.Follower }

func status(s feed.Status) serve.FeedStatus {
	return serve.FeedStatus{Feed: s.Feed, Health: s.Health, HasSecrets: s.HasSecrets}
}

func (f feeds) List() []serve.FeedStatus {
	list := f.Follower.List()
	out := make([]serve.FeedStatus, len(list))
	for i, s := range list {
		out[i] = status(s)
	}
	return out
}

func (f feeds) Get(name string) (serve.FeedStatus, bool) {
	s, ok := f.Follower.Get(name)
	return status(s), ok
}

func (f feeds) Add(ctx context.Context, fd live.Feed, secrets live.Secrets) (serve.FeedStatus, error) {
	s, err := f.Follower.Add(ctx, fd, secrets)
	return status(s), err
}

func (f feeds) Edit(ctx context.Context, name string, fd live.Feed, secrets *live.Secrets) (serve.FeedStatus, error) {
	s, err := f.Follower.Edit(ctx, name, fd, secrets)
	return status(s), err
}

func (f feeds) Restore(ctx context.Context, id int64) (serve.FeedStatus, error) {
	s, err := f.Follower.Restore(ctx, id)
	return status(s), err
}

func (f feeds) Check(ctx context.Context, fd live.Feed, secrets live.Secrets) serve.FeedCheck {
	return serve.FeedCheck(f.Follower.Check(ctx, fd, secrets))
}

// sampleFeeds lets the samples follow the local server itself, over real HTTP.
type sampleFeeds struct{ node *Node }

// Follow adds a feed that follows a path of the local server, or goes on with
// the one of that name.
func (s sampleFeeds) Follow(ctx context.Context, name, path string, colour int) error {
	fd := live.Feed{URL: s.node.URL() + path, Method: "GET", Proxy: "direct"}
	fd.Name, fd.Colour = name, colour
	fd.Certificate, _ = s.node.Certificate()
	var secrets live.Secrets
	if s.node.opt.Token != "" {
		fd.Auth, secrets.Token = "bearer", s.node.opt.Token
	}
	if old, ok := s.node.feeds.Get(name); ok {
		// The server may listen on another port than when the feed was made, or
		// show another certificate.
		if old.Feed.URL != fd.URL || old.Feed.Certificate != fd.Certificate {
			old.Feed.URL, old.Feed.Certificate, old.Feed.Auth = fd.URL, fd.Certificate, fd.Auth
			if _, err := s.node.feeds.Edit(ctx, name, old.Feed, &secrets); err != nil {
				return err
			}
		}
		return s.node.feeds.Resume(ctx, name)
	}
	_, err := s.node.feeds.Add(ctx, fd, secrets)
	return err
}

// Unfollow pauses the feed; what it has received stays.
func (s sampleFeeds) Unfollow(ctx context.Context, name string) error {
	if _, ok := s.node.feeds.Get(name); !ok {
		return nil
	}
	return s.node.feeds.Pause(ctx, name)
}
