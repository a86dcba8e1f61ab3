package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/serve/listener"
)

// Access says who may use a route on TCP. The window may use all of them.
type Access int

// The kinds of access.
const (
	Everybody Access = iota
	Programs         // with the token where RequireToken is set
	Console          // always with the token, or a session
)

// Authorize returns the error for a request that may not use a route, or nil.
// Errors: "no_token", "wrong_token", "too_many_tries".
func (g *Guard) Authorize(who Access, r *http.Request) error {
	if who == Everybody || who == Programs && !g.requireToken {
		return nil
	}
	if httpapi.FromWindow(r) || g.hasSession(r) {
		return nil
	}
	token := bearerToken(r)
	if token == "" && who == Programs {
		// EventSource cannot set a header.
		token = r.URL.Query().Get("token")
	}
	if token == "" {
		return live.Errorf("no_token", "This request needs the token of this Signalbox.").
			WithHint("Send it as Authorization: Bearer TOKEN. It is part of the address that Signalbox printed when it started.")
	}
	return g.CheckToken(r, token)
}

// FromScreen reports whether a request comes from one of Signalbox's own
// screens: it has a session, or the token that only they have.
func (g *Guard) FromScreen(r *http.Request) bool {
	return httpapi.FromWindow(r) || g.hasSession(r) || !g.requireToken && g.token.equals(bearerToken(r))
}

// hasSession reports whether a request belongs to a session. A browser sends
// the cookie with every request of our own pages. Pages of allowed origins have
// to show the token itself.
func (g *Guard) hasSession(r *http.Request) bool {
	return !fromOtherSite(r) && g.sessions.contains(r)
}

// bearerToken returns the token of the Authorization header.
func bearerToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

const (
	maxWrongTokens  = 20          // different ones from one address…
	wrongTokensTime = time.Minute // …in this time
	maxAddresses    = 4096        // that wrong tokens are counted for
	// wrongTokenDelay delays the answer to each further wrong token.
	wrongTokenDelay = 250 * time.Millisecond
)

// CheckToken returns an error unless a token is the right one. The right one
// passes however many wrong ones came from its address: otherwise any program
// of the machine could lock the user out, who has the same address. Errors:
// "wrong_token", "too_many_tries".
func (g *Guard) CheckToken(r *http.Request, token string) error {
	if g.token.equals(token) {
		return nil
	}
	address := listener.LimitAddress(r.RemoteAddr)
	if g.wrong.tooMany(address) {
		g.delay(r)
		return live.Errorf("too_many_tries", "Too many wrong tokens came from this address.").WithHint("Try again in a minute, or with the right one.")
	}
	g.wrong.add(address, sha256.Sum256([]byte(token)))
	return live.Errorf("wrong_token", "This is not the token of this Signalbox.").WithField("token").
		WithHint("It is part of the address that Signalbox printed when it started.")
}

// A secret is a token of which only a hash is kept. It cannot be compared with
// ==, whose time tells how much of a guess was right: that does not compile.
type secret struct {
	_    [0]func() // makes the type not comparable
	hash [sha256.Size]byte
	none bool // there is no token, and nothing equals it
}

func newSecret(token string) secret {
	return secret{hash: sha256.Sum256([]byte(token)), none: token == ""}
}

// equals compares in constant time.
func (s *secret) equals(token string) bool {
	given := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], s.hash[:]) == 1 && !s.none
}

func (g *Guard) delay(r *http.Request) {
	t := time.NewTimer(wrongTokenDelay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-g.done:
	case <-r.Context().Done():
	}
}

// wrongTokens counts different wrong tokens by address. The same token again
// and again is a program with an old setting, not a guess; it must not slow
// down those beside it.
type wrongTokens struct {
	mu        sync.Mutex
	byAddress map[netip.Addr]*wrongFrom
}

// A wrongFrom is what one address has sent.
type wrongFrom struct {
	since  time.Time
	tokens map[[sha256.Size]byte]bool // their hashes
}

func (w *wrongTokens) tooMany(address netip.Addr) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	from := w.byAddress[address]
	return from != nil && time.Since(from.since) < wrongTokensTime && len(from.tokens) >= maxWrongTokens
}

func (w *wrongTokens) add(address netip.Addr, hash [sha256.Size]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	from := w.byAddress[address]
	if from == nil || time.Since(from.since) >= wrongTokensTime {
		if w.byAddress == nil || len(w.byAddress) >= maxAddresses {
			w.byAddress = make(map[netip.Addr]*wrongFrom)
		}
		from = &wrongFrom{since: time.Now(), tokens: make(map[[sha256.Size]byte]bool)}
		w.byAddress[address] = from
	}
	from.tokens[hash] = true
}
