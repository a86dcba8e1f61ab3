package serve

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

	"signalbox/backend/live"
)

// sessionTime is how long a browser stays signed in.
const sessionTime = 30 * 24 * time.Hour

// signedOutMost is how many sessions that were signed out are remembered.
const signedOutMost = 1000

// A SessionStore keeps which sessions were signed out, so that they stay so
// after a restart.
type SessionStore interface {
	// SignedOut returns what was kept last, nil where nothing was.
	SignedOut(context.Context) (json.RawMessage, error)
	SetSignedOut(context.Context, json.RawMessage) error
}

// sessions are the browsers that are signed in. A session is a signed text in
// a cookie, so that it outlives a restart as the token does; only those that
// were signed out are remembered.
type sessions struct {
	cookie string
	secret string
	store  SessionStore // may be nil

	saving sync.Mutex // one save at a time, the newest last

	mu  sync.RWMutex
	key [32]byte
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
		// Browsers do not keep the cookies of two ports apart: two Signalboxes
		// on one machine would sign each other out.
		cookie: "signalbox_" + epoch,
		secret: epoch + "\x00" + token,
		store:  store,
	}
	if store != nil {
		kept, err := store.SignedOut(context.Background())
		if err == nil && kept != nil {
			err = json.Unmarshal(kept, &s.out)
		}
		if err != nil {
			// Who was signed out is not known, so nobody stays signed in.
			log.Warn("read which sessions were signed out; all browsers have to sign in again", "err", err)
			s.out = signedOut{Generation: rand.Text()}
		}
	}
	s.renew()
	return s
}

// renew makes the key of the generation. It is called with the lock held, or
// before anybody else has the sessions.
func (s *sessions) renew() {
	text := "session\x00" + s.secret
	if s.out.Generation != "" {
		text += "\x00" + s.out.Generation
	}
	s.key = sha256.Sum256([]byte(text))
	if s.out.Ends == nil {
		s.out.Ends = make(map[string]int64)
	}
}

// begin sets the cookie of a new session.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request) {
	ends := strconv.FormatInt(time.Now().Add(sessionTime).Unix(), 10)
	text := rand.Text() + "." + ends
	s.mu.RLock()
	defer s.mu.RUnlock()
	http.SetCookie(w, s.make(r, text+"."+s.sign(text), int(sessionTime/time.Second)))
}

// end takes the cookie away, and refuses it from now on.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, s.make(r, "", -1))
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return nil
	}
	id, ends, ok := s.valid(c.Value)
	if !ok {
		return nil
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	kept, err := s.refuse(id, ends)
	if err != nil || s.store == nil {
		return err
	}
	// It is done whether or not the browser waits for the answer.
	return s.store.SetSignedOut(context.WithoutCancel(r.Context()), kept)
}

// refuse refuses a session from now on, and returns what is to be kept.
func (s *sessions) refuse(id string, ends int64) (kept []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Unix()
	for id, ends := range s.out.Ends {
		if ends < now {
			delete(s.out.Ends, id)
		}
	}
	if len(s.out.Ends) >= signedOutMost {
		// Rather all have to sign in again than one is forgotten.
		s.out = signedOut{Generation: rand.Text()}
		s.renew()
	}
	s.out.Ends[id] = ends
	return json.Marshal(s.out)
}

// holds reports whether a request belongs to a session.
func (s *sessions) holds(r *http.Request) bool {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return false
	}
	_, _, ok := s.valid(c.Value)
	return ok
}

// valid reports whether a cookie is of a session that goes on, and returns its
// id and when it ends.
func (s *sessions) valid(value string) (id string, ends int64, ok bool) {
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

// sign is called with the lock held.
func (s *sessions) sign(text string) string {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *sessions) make(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookie, Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}

// signIn takes {"token"}, or a form where the page has no script.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		r.Body = http.MaxBytesReader(w, r.Body, atOnce)
		if err := s.try(r, r.PostFormValue("token")); err != nil {
			signInPage(w, err)
			return nil
		}
		s.sessions.begin(w, r)
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	var body struct {
		Token string `json:"token"`
	}
	if err := s.readObject(w, r, &body); err != nil {
		return err
	}
	if body.Token == "" {
		return live.Errorf("no_token", "The token is empty.").WithField("token")
	}
	if err := s.try(r, body.Token); err != nil {
		return err
	}
	s.sessions.begin(w, r)
	return done(w)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.end(w, r); err != nil {
		return err
	}
	return done(w)
}
