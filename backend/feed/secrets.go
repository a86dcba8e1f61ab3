package feed

import (
	"context"
	"errors"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// awaitSecrets waits until the feed's secrets are known. The feed is never
// connected without them: to a request without a sign-in, a server may send a
// stream that lacks messages, or it may lock the user out. awaitSecrets reports
// false if ctx ends first.
func (s *subscription) awaitSecrets(ctx context.Context) bool {
	for logged := ""; ; {
		answered := s.secretStore.Answered() // before loadSecrets, or an answer in between would be missed
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

// loadSecrets reads the feed's secrets if it has not read them before. If they do
// not exist or are not known, it returns the Reason.
func (s *subscription) loadSecrets() *disconnect.Reason {
	s.mu.Lock()
	feed, known := s.feed, s.secrets != nil
	if !known && !secrets.Needed(&feed) {
		s.secrets, known = &live.Secrets{}, true // without asking the keyring
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

// storedSecrets returns the feed's secrets, or the Reason why they are not known.
func (s *subscription) storedSecrets() (secrets.Stored, *disconnect.Reason) {
	s.mu.Lock()
	feed, known := s.feed, s.secrets
	s.mu.Unlock()
	if known != nil {
		return secrets.Stored{Secrets: *known, Origin: secrets.Origin(feed.URL)}, nil
	}
	if feed.Fault.English == "" && !secrets.Needed(&feed) {
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
