package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
)

// admit returns the error for somebody who may not use a route, or nil.
func (s *Server) admit(who access, r *http.Request) error {
	if who == everybody || windowed(r.Context()) {
		return nil
	}
	if who == others && !s.config().RequireToken {
		return nil
	}
	// A cookie goes with whatever our own pages send; other sites that are
	// allowed have to show the token itself.
	if !foreign(r) && s.sessions.holds(r) {
		return nil
	}
	token := bearer(r)
	if token == "" && who == others {
		// EventSource cannot set a header.
		token = r.URL.Query().Get("token")
	}
	if token == "" {
		return live.Errorf("no_token", "This needs the token of this Signalbox.").
			WithHint("Send it as Authorization: Bearer TOKEN. It stands in the address that was printed when Signalbox was started.")
	}
	return s.try(r, token)
}

// bearer returns the token of the Authorization header.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// try compares a token with ours, in a time that tells nothing about it. The
// right one passes whatever else came from its address: it would lock the user
// out otherwise, who has the same address as every program of the machine.
func (s *Server) try(r *http.Request, token string) error {
	if s.right(token) {
		return nil
	}
	address := remote(r.RemoteAddr)
	if s.tries.exhausted(address) {
		sleep(r, wrongPause, s.ending)
		return live.Errorf("too_many_tries", "Too many wrong tokens came from this address.").WithHint("Try again in a minute, or with the right one.")
	}
	s.tries.wrong(address, sha256.Sum256([]byte(token)))
	return live.Errorf("wrong_token", "This is not the token of this Signalbox.").WithField("token").
		WithHint("It stands in the address that was printed when Signalbox was started.")
}

// right reports whether a token is ours.
func (s *Server) right(token string) bool {
	given, ours := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.config().Token))
	return s.config().Token != "" && subtle.ConstantTimeCompare(given[:], ours[:]) == 1
}

// byScreen reports whether a request is from one of our own screens, or has the
// token that only they have.
func (s *Server) byScreen(r *http.Request) bool {
	return windowed(r.Context()) || !foreign(r) && s.sessions.holds(r) || !s.config().RequireToken && s.right(bearer(r))
}

const (
	wrongTokens = 20          // different ones from one address…
	wrongTime   = time.Minute // …in this time
	wrongMost   = 4096        // addresses that are remembered
	// wrongPause is how long each further wrong token waits for its answer.
	wrongPause = 250 * time.Millisecond
)

// tries counts different wrong tokens by address. Different ones, because one
// that comes again and again is a program with an old setting, not a guess;
// it must not slow down those beside it.
type tries struct {
	mu        sync.Mutex
	byAddress map[netip.Addr]*guesses
}

type guesses struct {
	since  time.Time
	tokens map[[32]byte]bool
}

func (t *tries) exhausted(address netip.Addr) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.byAddress[address]
	return g != nil && time.Since(g.since) < wrongTime && len(g.tokens) >= wrongTokens
}

func (t *tries) wrong(address netip.Addr, token [32]byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.byAddress[address]
	if g == nil || time.Since(g.since) >= wrongTime {
		if t.byAddress == nil || len(t.byAddress) >= wrongMost {
			t.byAddress = make(map[netip.Addr]*guesses)
		}
		g = &guesses{since: time.Now(), tokens: make(map[[32]byte]bool)}
		t.byAddress[address] = g
	}
	g.tokens[token] = true
}
