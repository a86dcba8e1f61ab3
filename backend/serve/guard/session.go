package guard

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// sessionTime is how long a browser stays signed in.
const sessionTime = 30 * 24 * time.Hour

// maxSignedOut is how many sessions that were signed out are remembered.
const maxSignedOut = 1000

// A SessionStore keeps which sessions were signed out, so that they stay so
// after a restart.
type SessionStore interface {
	// SignedOut returns what SetSignedOut stored last, nil before that.
	SignedOut(context.Context) (json.RawMessage, error)
	SetSignedOut(context.Context, json.RawMessage) error
}

// SignIn opens a session: it sets its cookie. The caller has checked the token.
func (g *Guard) SignIn(w http.ResponseWriter, r *http.Request) { g.sessions.open(w, r) }

// SignOut takes the cookie away and refuses its session from now on.
func (g *Guard) SignOut(w http.ResponseWriter, r *http.Request) error { return g.sessions.close(w, r) }

// sessions are the browsers that are signed in. A session is a signed text in
// a cookie, so that it outlives a restart as the token does. Only the sessions
// that were signed out are remembered.
type sessions struct {
	cookie string
	secret string
	store  SessionStore // may be nil

	saving sync.Mutex // held while one save runs, so that the newest is the last

	mu  sync.RWMutex
	key [sha256.Size]byte
	out signedOut
}

// signedOut is what a SessionStore keeps.
type signedOut struct {
	// Generation is a part of the key: a new one ends all sessions.
	Generation string `json:"generation,omitempty"`
	// Ends has the sessions of this generation that were signed out, and the
	// seconds since 1970 when they would have ended.
	Ends map[string]int64 `json:"ends"`
}

func newSessions(epoch, token string, store SessionStore, log *slog.Logger) *sessions {
	s := &sessions{
		// Browsers share cookies between the ports of a host: with one name, two
		// Signalboxes on a machine would sign each other out.
		cookie: "signalbox_" + epoch,
		secret: epoch + "\x00" + token,
		store:  store,
	}
	if store != nil {
		stored, err := store.SignedOut(context.Background())
		if err == nil && stored != nil {
			err = json.Unmarshal(stored, &s.out)
		}
		if err != nil {
			// Any session may have been signed out, so all of them end.
			log.Warn("read which sessions were signed out; all browsers have to sign in again", "err", err)
			s.out = signedOut{Generation: rand.Text()}
		}
	}
	s.deriveKey()
	return s
}

// deriveKey makes the key of the generation. The caller holds the lock, or is
// the only one that has the sessions.
func (s *sessions) deriveKey() {
	text := "session\x00" + s.secret
	if s.out.Generation != "" {
		text += "\x00" + s.out.Generation
	}
	s.key = sha256.Sum256([]byte(text))
	if s.out.Ends == nil {
		s.out.Ends = make(map[string]int64)
	}
}

// open sets the cookie of a new session.
func (s *sessions) open(w http.ResponseWriter, r *http.Request) {
	ends := strconv.FormatInt(time.Now().Add(sessionTime).Unix(), 10)
	text := rand.Text() + "." + ends
	s.mu.RLock()
	defer s.mu.RUnlock()
	http.SetCookie(w, s.newCookie(r, text+"."+s.sign(text), int(sessionTime/time.Second)))
}

func (s *sessions) close(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, s.newCookie(r, "", -1))
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return nil
	}
	id, ends, ok := s.verify(c.Value)
	if !ok {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	stored, err := s.revoke(id, ends)
	if err != nil || s.store == nil {
		return err
	}
	// The session ends whether or not the browser waits for the answer.
	return s.store.SetSignedOut(context.WithoutCancel(r.Context()), stored)
}

// revoke refuses a session from now on, and returns what is to be stored.
func (s *sessions) revoke(id string, ends int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Unix()
	for id, ends := range s.out.Ends {
		if ends < now {
			delete(s.out.Ends, id)
		}
	}
	if len(s.out.Ends) >= maxSignedOut {
		// Ending all sessions is better than forgetting one that was signed out.
		s.out = signedOut{Generation: rand.Text()}
		s.deriveKey()
	}
	s.out.Ends[id] = ends
	return json.Marshal(s.out)
}

// contains reports whether a request belongs to a session.
func (s *sessions) contains(r *http.Request) bool {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return false
	}
	_, _, ok := s.verify(c.Value)
	return ok
}

// verify reports whether a cookie belongs to a session that has not ended, and
// returns the session's id and when it ends.
func (s *sessions) verify(value string) (id string, ends int64, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := strings.LastIndexByte(value, '.')
	if i < 0 || !hmac.Equal([]byte(value[i+1:]), []byte(s.sign(value[:i]))) {
		return "", 0, false
	}
	id, seconds, _ := strings.Cut(value[:i], ".")
	ends, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || time.Now().Unix() >= ends {
		return "", 0, false
	}
	_, out := s.out.Ends[id]
	return id, ends, !out
}

// sign returns the signature of a session's text. The caller holds the lock.
func (s *sessions) sign(text string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *sessions) newCookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookie, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}
