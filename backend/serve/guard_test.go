package serve

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/guard"
)

func TestOnlyNamesOfItsOwnAreAnswered(t *testing.T) {
	s := start(t, func(c *Config) { c.Hosts = []string{"Box.example:4480"} })
	for host, status := range map[string]int{
		"127.0.0.1:4480": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:4480": 200, "a.localhost": 200,
		"127.9.9.9": 200, "box.example": 200, "BOX.example:80": 200, "localhost.": 200,
		"evil.example": 421, "192.0.2.7": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example:4480": 421,
	} {
		for _, path := range []string{"/healthz", "/messages", "/"} {
			resp, text := s.do("GET", path, "", "Host", host, "Authorization", "Bearer "+testToken)
			if resp.StatusCode != status {
				t.Errorf("%s of %s: %s, want %d", path, host, resp.Status, status)
			}
			if status == 421 && !strings.Contains(text, `"code":"other_host"`) {
				t.Error(text)
			}
		}
	}
}

func TestPagesOfOtherSitesAreRefused(t *testing.T) {
	s := start(t, func(c *Config) { c.Origins = []string{"https://Friend.example/"} })
	own := s.url
	for _, c := range []struct {
		method, path string
		status       int
		headers      []string
	}{
		{"POST", "/channels/x/messages", 403, []string{"Origin", "https://evil.example"}},
		{"POST", "/channels/x/messages", 403, []string{"Origin", "null"}},
		{"POST", "/channels/x/messages", 403, []string{"Origin", "http://localhost:3000"}},
		{"POST", "/channels/x/messages", 403, []string{"Sec-Fetch-Site", "same-site"}},
		{"POST", "/channels/x/messages", 403, []string{"Referer", "http://evil.example/page"}},
		{"POST", "/channels/x/messages", 201, []string{"Origin", own}},
		{"POST", "/channels/x/messages", 201, []string{"Origin", "null", "Sec-Fetch-Site", "same-origin"}},
		{"POST", "/channels/x/messages", 201, []string{"Sec-Fetch-Site", "none"}},
		{"POST", "/channels/x/messages", 201, []string{"Origin", "https://friend.example", "Sec-Fetch-Site", "cross-site"}},
		{"POST", "/channels/x/messages", 201, nil},
		{"GET", "/add-message/x", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		{"POST", "/add-message/x", 403, []string{"Origin", "https://evil.example"}},
		{"GET", "/add-message/x", 200, []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"}},
		{"GET", "/events/x", 403, []string{"Origin", "https://evil.example"}},
		{"GET", "/messages", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"GET", "/api/state", 403, []string{"Origin", "https://evil.example"}},
		{"GET", "/", 401, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{"GET", "/", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
	} {
		resp, text := s.do(c.method, c.path, "x", append([]string{"Content-Type", "text/plain"}, c.headers...)...)
		if resp.StatusCode != c.status {
			t.Errorf("%s %s %v: %s, want %d\n%s", c.method, c.path, c.headers, resp.Status, c.status, text)
		}
	}
}

func TestAllowedOriginsGetCORS(t *testing.T) {
	s := start(t, func(c *Config) { c.Origins = []string{"https://friend.example"} })
	resp, _ := s.do("OPTIONS", "/channels/x/messages", "", "Origin", "https://friend.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Private-Network", "true")
	if resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Origin") != "https://friend.example" ||
		resp.Header.Get("Access-Control-Allow-Private-Network") != "true" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	for _, header := range []string{"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"} {
		if !strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), header) {
			t.Errorf("%s is not allowed: %v", header, resp.Header)
		}
	}
	rd := s.open(t.Context(), "/events/x", "Origin", "https://friend.example")
	if rd.head.Get("Access-Control-Allow-Origin") != "https://friend.example" || rd.head.Get("Vary") != "Origin" ||
		rd.head.Get("Access-Control-Allow-Credentials") != "" {
		t.Error(rd.head)
	}
	resp, _ = s.do("OPTIONS", "/channels/x/messages", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST")
	if resp.StatusCode != 403 || resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
}

func TestTheConsoleNeedsTheToken(t *testing.T) {
	s := start(t, nil)
	for _, path := range []string{"/api/state", "/api/bell", "/api/clients", "/api/settings", "/api/published", "/api/window"} {
		resp, text := s.do("GET", path, "")
		if resp.StatusCode != 401 || !strings.Contains(text, "no_token") || resp.Header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: %s %s", path, resp.Status, text)
		}
		if resp, _ := s.do("GET", path+"?token="+testToken, ""); resp.StatusCode != 401 {
			t.Errorf("%s takes the token from the address", path)
		}
		if resp, _ := s.do("GET", path, "", "Authorization", "bearer "+testToken); resp.StatusCode != 200 {
			t.Errorf("%s: %s with the token", path, resp.Status)
		}
		if resp := s.window("GET", path); resp.Code != 200 {
			t.Errorf("%s: %d in the window", path, resp.Code)
		}
	}
	resp, text := s.do("GET", "/api/state", "", "Authorization", "Bearer wrong")
	if resp.StatusCode != 401 || !strings.Contains(text, "wrong_token") {
		t.Errorf("%s %s", resp.Status, text)
	}
	if resp, _ := s.do("GET", "/messages", ""); resp.StatusCode != 200 {
		t.Errorf("reading: %s", resp.Status)
	}
}

func TestATokenForAllIsDemandedOfEverybody(t *testing.T) {
	s := start(t, func(c *Config) { c.RequireToken = true })
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/channels/x/messages", 401}, {"GET", "/events/x", 401}, {"GET", "/sse", 401}, {"GET", "/add-message/x", 401},
		{"GET", "/messages", 401}, {"GET", "/metrics", 401}, {"GET", "/healthz", 200}, {"GET", "/", 401},
		{"POST", "/channels/x/messages?token=" + testToken, 201}, {"GET", "/messages?token=" + testToken, 200},
	} {
		if resp, text := s.do(c.method, c.path, "x"); resp.StatusCode != c.status {
			t.Errorf("%s %s: %s %s", c.method, c.path, resp.Status, text)
		}
	}
	s.open(t.Context(), "/events/x?token="+testToken)
	s.open(t.Context(), "/events/x", "Authorization", "Bearer "+testToken)
}

func TestABrowserIsSignedInByTheAddressOrThePage(t *testing.T) {
	s := start(t, nil)
	resp, page := s.do("GET", "/", "")
	if resp.StatusCode != 401 || !strings.Contains(page, `name="token"`) || resp.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("%s %s", resp.Status, page)
	}
	if strings.Contains(page, "This is not the token") || strings.Contains(page, "{{") {
		t.Error(page)
	}
	for _, path := range []string{"/?token=wrong", "/?token=%3Cscript%3E"} {
		if resp, page := s.do("GET", path, ""); resp.StatusCode != 401 || !strings.Contains(page, "This is not the token") || strings.Contains(page, "script>%") {
			t.Errorf("%s: %s %s", path, resp.Status, page)
		}
	}
	if resp, _ := s.do("GET", "/signin/signin.css", ""); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the page's style: %s", resp.Status)
	}
	resp, _ = s.do("GET", "/?token="+testToken, "")
	if resp.StatusCode != 303 || resp.Header.Get("Location") != "/" || len(resp.Cookies()) != 1 {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	c := resp.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || strings.Contains(c.Value, testToken) {
		t.Errorf("%+v", c)
	}
	cookie := c.Name + "=" + c.Value
	if resp, page := s.do("GET", "/", "", "Cookie", cookie); resp.StatusCode != 200 || !strings.Contains(page, "dashboard") ||
		strings.Contains(resp.Header.Get("Content-Security-Policy"), "unsafe") || resp.Header.Get("Referrer-Policy") == "" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	if resp, _ := s.do("GET", "/api/state", "", "Cookie", cookie); resp.StatusCode != 200 {
		t.Errorf("the cookie: %s", resp.Status)
	}
	if resp, _ := s.do("GET", "/api/state", "", "Cookie", c.Name+"="+c.Value[:len(c.Value)-2]+"AA"); resp.StatusCode != 401 {
		t.Errorf("a forged cookie: %s", resp.Status)
	}
	// After a restart it is still good, with another token it is not.
	with := func(token string) *guard.Guard {
		return guard.New(guard.Options{Token: token, Epoch: s.journal.Epoch(), Log: s.log})
	}
	if !with(testToken).FromScreen(request(cookie)) || with("other").FromScreen(request(cookie)) {
		t.Error("a session does not go by the token")
	}
	if resp, _ := s.do("DELETE", "/api/session", "", "Cookie", cookie); resp.StatusCode != 204 {
		t.Errorf("signing out: %s", resp.Status)
	}
	if resp, _ := s.do("GET", "/api/state", "", "Cookie", cookie); resp.StatusCode != 401 {
		t.Errorf("after signing out: %s", resp.Status)
	}
	resp, _ = s.do("POST", "/api/session", `{"token":"`+testToken+`"}`, "Content-Type", "application/json")
	if resp.StatusCode != 204 || len(resp.Cookies()) != 1 {
		t.Errorf("%s", resp.Status)
	}
	if resp, _ := s.do("POST", "/api/session", `{"token":"no"}`); resp.StatusCode != 401 {
		t.Errorf("a wrong token: %s", resp.Status)
	}
	if resp, _ := s.do("POST", "/api/session", "token="+testToken, "Content-Type", "application/x-www-form-urlencoded"); resp.StatusCode != 303 {
		t.Errorf("the form without script: %s", resp.Status)
	}
}

func request(cookie string) *http.Request {
	return &http.Request{Header: http.Header{"Cookie": {cookie}}}
}

// guess sends a token from a loopback address, and returns the status.
func (r *running) guess(from, token string) int {
	r.t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	client := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", r.url+"/api/state", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == 429 && resp.Header.Get("Retry-After") == "" {
		r.t.Error("nobody says when to come back")
	}
	return resp.StatusCode
}

func TestGuessingTokensEndsSoonAndTheRightOneAlwaysPasses(t *testing.T) {
	s := start(t, nil)
	for range 50 {
		if status := s.guess("127.0.0.1", "old"); status != 401 {
			t.Fatalf("one wrong token again and again: %d", status)
		}
	}
	// From many addresses of loopback, which is one machine.
	for i := range 20 - 1 {
		if status := s.guess("127.0.0."+itoa(int64(2+i)), "guess"+itoa(int64(i))); status != 401 {
			t.Errorf("guess %d: %d", i, status)
		}
	}
	for _, from := range []string{"127.0.0.1", "127.0.0.2", "127.200.0.9"} {
		begun := time.Now()
		if status := s.guess(from, "one more"); status != 429 {
			t.Errorf("after guessing, from %s: %d", from, status)
		}
		if d := time.Since(begun); d < 250*time.Millisecond {
			t.Errorf("a wrong token is answered after %v", d)
		}
		if status := s.guess(from, testToken); status != 200 {
			t.Errorf("the right token from %s: %d", from, status)
		}
	}
	if resp, text := s.do("POST", "/api/session", `{"token":"`+testToken+`"}`, "Content-Type", "application/json"); resp.StatusCode != 204 {
		t.Errorf("signing in: %s %s", resp.Status, text)
	}
	if resp, _ := s.do("GET", "/messages", ""); resp.StatusCode != 200 {
		t.Errorf("what needs no token: %s", resp.Status)
	}
}

// memory is a SessionStore that outlives a server.
type memory struct {
	kept json.RawMessage
	err  error
}

func (m *memory) SignedOut(context.Context) (json.RawMessage, error) { return m.kept, m.err }

func (m *memory) SetSignedOut(_ context.Context, kept json.RawMessage) error {
	if m.err == nil {
		m.kept = kept
	}
	return m.err
}

// signIn returns the cookie of a new session.
func (r *running) signIn() string {
	r.t.Helper()
	resp, _ := r.do("POST", "/api/session", `{"token":"`+testToken+`"}`, "Content-Type", "application/json")
	if resp.StatusCode != 204 || len(resp.Cookies()) != 1 {
		r.t.Fatalf("signing in: %s", resp.Status)
	}
	return resp.Cookies()[0].Name + "=" + resp.Cookies()[0].Value
}

func TestABrowserThatSignedOutStaysSignedOutAfterARestart(t *testing.T) {
	j, store := openJournal(t, t.TempDir()), &memory{}
	restart := func() *running {
		return start(t, func(c *Config) { c.Journal, c.Sessions = j, store })
	}
	status := func(s *running, cookie string) int {
		resp, _ := s.do("GET", "/api/state", "", "Cookie", cookie)
		return resp.StatusCode
	}
	s := restart()
	gone, stays := s.signIn(), s.signIn()
	if resp, text := s.do("DELETE", "/api/session", "", "Cookie", gone); resp.StatusCode != 204 {
		t.Fatalf("%s %s", resp.Status, text)
	}
	if strings.Contains(string(store.kept), gone[strings.LastIndexByte(gone, '.')+1:]) {
		t.Errorf("a whole session was kept: %s", store.kept)
	}
	s = restart()
	if status(s, gone) != 401 || status(s, stays) != 200 {
		t.Errorf("after a restart: %d for who signed out, %d for the other", status(s, gone), status(s, stays))
	}

	// More than are remembered end all sessions rather than be forgotten.
	for range 1000 {
		cookie := s.signIn()
		if resp, text := s.do("DELETE", "/api/session", "", "Cookie", cookie); resp.StatusCode != 204 {
			t.Fatalf("%s %s", resp.Status, text)
		}
	}
	if len(store.kept) > 100*1000 {
		t.Errorf("%d bytes are kept", len(store.kept))
	}
	for _, s := range []*running{s, restart()} {
		if status(s, gone) != 401 || status(s, stays) != 401 || status(s, s.signIn()) != 200 {
			t.Errorf("%d, %d, %d", status(s, gone), status(s, stays), status(s, s.signIn()))
		}
	}

	// A sign-out that cannot be kept says so, and holds for as long as it can.
	cookie := s.signIn()
	store.err = live.Errorf("disk_full", "The disk is full.")
	if resp, text := s.do("DELETE", "/api/session", "", "Cookie", cookie); resp.StatusCode != 503 || !strings.Contains(text, "disk_full") {
		t.Errorf("%s %s", resp.Status, text)
	}
	if status(s, cookie) != 401 {
		t.Error("it is signed in")
	}
	store.err = nil
	stays = s.signIn()
	if s = restart(); status(s, stays) != 200 {
		t.Error("who is signed in is signed out by a restart")
	}
	store.err = errors.New("unreadable")
	if s = restart(); status(s, stays) != 401 || status(s, s.signIn()) != 200 {
		t.Error("who signed out is not known, and is taken for signed in")
	}
}

func TestTheDashboardsFiles(t *testing.T) {
	s := start(t, nil)
	resp, text := s.do("GET", "/assets/app-1.js", "")
	if resp.StatusCode != 200 || text != "1" || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") ||
		resp.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	if resp, _ := s.do("GET", "/assets/none.js", ""); resp.StatusCode != 404 {
		t.Errorf("%s", resp.Status)
	}
	if w := s.window("GET", "/"); w.Code != 200 || !strings.Contains(w.Body.String(), "dashboard") {
		t.Errorf("the window: %d", w.Code)
	}
	bare := newServer(t, func(c *Config) { c.Assets = nil })
	w := (&running{Server: bare}).window("GET", "/")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
