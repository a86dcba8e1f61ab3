package serve

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"signalbox/backend/live"
)

// sessionTime is how long a browser stays signed in.
const sessionTime = 30 * 24 * time.Hour

// sessions are the browsers that are signed in. A session is a signed text in
// a cookie, so that it outlives a restart as the token does; only those that
// were signed out are remembered.
type sessions struct {
	cookie string
	key    [32]byte

	mu  sync.Mutex
	out map[string]time.Time // signed out, and when they would have ended
}

func newSessions(epoch, token string) *sessions {
	return &sessions{
		// Browsers do not keep the cookies of two ports apart: two Signalboxes
		// on one machine would sign each other out.
		cookie: "signalbox_" + epoch,
		key:    sha256.Sum256([]byte("session\x00" + epoch + "\x00" + token)),
		out:    make(map[string]time.Time),
	}
}

// begin sets the cookie of a new session.
func (s *sessions) begin(w http.ResponseWriter, r *http.Request) {
	ends := strconv.FormatInt(time.Now().Add(sessionTime).Unix(), 10)
	text := rand.Text() + "." + ends
	http.SetCookie(w, s.make(r, text+"."+s.sign(text), int(sessionTime/time.Second)))
}

// end takes the cookie away, and refuses it from now on.
func (s *sessions) end(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(s.cookie); err == nil {
		if ends, ok := s.valid(c.Value); ok {
			s.mu.Lock()
			for value, ended := range s.out {
				if time.Now().After(ended) {
					delete(s.out, value)
				}
			}
			s.out[c.Value] = ends
			s.mu.Unlock()
		}
	}
	http.SetCookie(w, s.make(r, "", -1))
}

// holds reports whether a request belongs to a session.
func (s *sessions) holds(r *http.Request) bool {
	c, err := r.Cookie(s.cookie)
	if err != nil {
		return false
	}
	_, ok := s.valid(c.Value)
	return ok
}

func (s *sessions) valid(value string) (ends time.Time, ok bool) {
	i := strings.LastIndexByte(value, '.')
	if i < 0 || !hmac.Equal([]byte(value[i+1:]), []byte(s.sign(value[:i]))) {
		return ends, false
	}
	_, seconds, _ := strings.Cut(value[:i], ".")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	ends = time.Unix(unix, 0)
	if err != nil || time.Now().After(ends) {
		return ends, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, out := s.out[value]
	return ends, !out
}

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
		r.Body = http.MaxBytesReader(w, r.Body, smallBody)
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
	if err := readObject(w, r, &body); err != nil {
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
	s.sessions.end(w, r)
	return done(w)
}
