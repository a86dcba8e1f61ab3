package feed

import (
	"cmp"
	"strings"

	"signalbox/backend/live"
)

// keeping returns the secrets that a feed has after a change: those given,
// and of the old ones those that the feed still uses and that were not given.
// A form never sees a secret, so it cannot send one again that stays; and what
// is no longer used must not lie about.
func keeping(feed *live.Feed, given, old *live.Secrets) live.Secrets {
	none := live.Secrets{}
	given, old = cmp.Or(given, &none), cmp.Or(old, &none)
	var s live.Secrets
	switch feed.Auth {
	case "bearer":
		s.Token = cmp.Or(given.Token, old.Token)
	case "basic":
		s.Password = cmp.Or(given.Password, old.Password)
	}
	for _, h := range feed.Headers {
		name := strings.TrimSpace(h.Name)
		value := cmp.Or(given.Headers[name], h.Value, old.Headers[name])
		if !h.Secret || value == "" {
			continue
		}
		if s.Headers == nil {
			s.Headers = make(map[string]string)
		}
		s.Headers[name] = value
	}
	return s
}
