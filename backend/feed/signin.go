package feed

import (
	"context"
	"errors"
	"time"

	"signalbox/backend/live"
)

// awaitSecrets waits until the feed's secrets are known. It is never connected
// without them: a server may answer a request without a sign-in with a stream
// that lacks messages, or lock the user out. It reports false where ctx ended
// first.
func (k *keeper) awaitSecrets(ctx context.Context) bool {
	for said := ""; ; {
		answered := k.vault.Answered() // before the question, or an answer in between would go unnoticed
		end := k.loadSecrets()
		if end == nil {
			return true
		}
		if said != end.reason {
			said = end.reason
			k.log.Warn("the feed is not connected without its sign-in", "reason", end.reason)
		}
		if end.final {
			k.set(live.Stopped, end)
			k.tellStopped(end)
			<-ctx.Done()
			k.tellEnd(cause(ctx))
			return false
		}
		k.tellFailed(end)
		k.waitUntil(time.Now().Add(ringPause), end)
		if !k.wait(ctx, ringPause, answered) {
			k.set(live.Stopped, cause(ctx))
			k.tellEnd(cause(ctx))
			return false
		}
	}
}

// loadSecrets fetches the feed's secrets once, and returns why it cannot be
// connected where they are not there or not known.
func (k *keeper) loadSecrets() *ending {
	k.mu.Lock()
	feed, known := k.feed, k.secrets != nil
	if !known && !needsSecrets(&feed) {
		k.secrets, known = &live.Secrets{}, true // the keyring is not asked in vain
	}
	asking := !known && k.state == live.Stopped
	k.mu.Unlock()
	if known {
		return nil
	}
	if asking {
		k.set(live.Connecting, nil)
	}
	s, end := k.storedSecrets()
	if end != nil {
		return end
	}
	if missing := missingSecret(&feed, &s.Secrets); missing != "" || s.Origin != "" && s.Origin != origin(feed.URL) {
		end = because("secrets", "The sign-in of this feed is not stored here.").advise("Edit the feed and enter it again.")
		if missing == "" {
			end.reason = "The sign-in that is stored for this feed was entered for " + s.Origin + "."
		}
		end.final = true
		return end
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secrets == nil {
		k.secrets = &s.Secrets
	}
	return nil
}

// storedSecrets returns the secrets that the feed has, and why they are not known
// where they are not.
func (k *keeper) storedSecrets() (StoredSecrets, *ending) {
	k.mu.Lock()
	feed, secrets := k.feed, k.secrets
	k.mu.Unlock()
	if secrets != nil {
		return StoredSecrets{*secrets, origin(feed.URL)}, nil
	}
	if feed.Fault == "" && !needsSecrets(&feed) {
		return StoredSecrets{}, nil
	}
	s, err := k.vault.Get(k.id)
	if err == nil {
		return s, nil
	}
	end := because("keyring", "The sign-in of this feed cannot be read.")
	if e, ok := errors.AsType[*live.Error](err); ok {
		end = because(e.Code, "%s", e.Message).advise(e.Hint)
	}
	return StoredSecrets{}, end
}
