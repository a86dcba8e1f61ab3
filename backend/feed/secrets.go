package feed

import (
	"context"
	"errors"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// awaitSecrets waits until the feed's secrets are known. The feed is never
// connected without them: a server may answer a request without a sign-in with a
// stream that lacks messages, or lock the user out. It reports false where ctx
// ended first.
func (s *subscription) awaitSecrets(ctx context.Context) bool {
	for logged := ""; ; {
		answered := s.secretStore.Answered() // before the question, or an answer in between would go unnoticed
		why := s.loadSecrets()
		if why == nil {
			return true
		}
		if logged != why.Message {
			logged = why.Message
			s.log.Warn("the feed is not connected without its sign-in", "reason", why.Message)
		}
		if why.Final {
			s.standStill(ctx, why)
			return false
		}
		s.recorder.Failed(why)
		if !s.wait(ctx, secrets.RefusalPause, why, answered) {
			return false
		}
	}
}

// loadSecrets reads the feed's secrets, once. It returns why the feed cannot be
// connected where they do not exist or are not known.
func (s *subscription) loadSecrets() *disconnect.Reason {
	s.mu.Lock()
	feed, known := s.feed, s.secrets != nil
	if !known && !secrets.Needed(&feed) {
		s.secrets, known = &live.Secrets{}, true // the keyring need not be asked
	}
	s.mu.Unlock()
	if known {
		return nil
	}
	if s.monitor.State() == live.Stopped {
		s.monitor.SetState(live.Connecting, nil)
	}
	stored, why := s.storedSecrets()
	if why != nil {
		return why
	}
	if secrets.Missing(&feed, &stored.Secrets) != "" {
		why = disconnect.Because(live.Textf("secrets/missing", "The sign-in of this feed is not stored here.").
			WithHint("Edit the feed and enter it again."))
	} else if stored.Origin != "" && stored.Origin != secrets.Origin(feed.URL) {
		why = disconnect.Because(live.Textf("secrets/origin", "The sign-in that is stored for this feed was entered for {origin}.",
			"origin", stored.Origin).WithHint("Edit the feed and enter it again."))
	}
	if why != nil {
		why.Final = true
		return why
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.secrets == nil {
		s.secrets = &stored.Secrets
	}
	return nil
}

// storedSecrets returns the secrets that the feed has, or why they are not known.
func (s *subscription) storedSecrets() (secrets.Stored, *disconnect.Reason) {
	s.mu.Lock()
	feed, known := s.feed, s.secrets
	s.mu.Unlock()
	if known != nil {
		return secrets.Stored{Secrets: *known, Origin: secrets.Origin(feed.URL)}, nil
	}
	if feed.Fault == "" && !secrets.Needed(&feed) {
		return secrets.Stored{}, nil
	}
	stored, err := s.secretStore.Get(s.id)
	if err == nil {
		return stored, nil
	}
	if e, ok := errors.AsType[*live.Error](err); ok {
		return secrets.Stored{}, disconnect.FromError(e)
	}
	return secrets.Stored{}, disconnect.Because(live.Textf("keyring/unknown", "The sign-in of this feed cannot be read."))
}
