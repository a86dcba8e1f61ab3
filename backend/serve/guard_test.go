package serve

import (
	"net/http"
	"strings"
	"testing"
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
	if !newSessions(s.j.Epoch(), testToken).holds(request(cookie)) || newSessions(s.j.Epoch(), "other").holds(request(cookie)) {
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

func TestGuessingTokensEndsSoonButAnOldTokenLocksNobodyOut(t *testing.T) {
	s := start(t, nil)
	for range 50 {
		s.do("GET", "/api/state", "", "Authorization", "Bearer old")
	}
	if resp, _ := s.do("GET", "/api/state", "", "Authorization", "Bearer "+testToken); resp.StatusCode != 200 {
		t.Errorf("after one wrong token again and again: %s", resp.Status)
	}
	for i := range wrongTokens {
		s.do("GET", "/api/state", "", "Authorization", "Bearer guess"+itoa(int64(i)))
	}
	resp, text := s.do("GET", "/api/state", "", "Authorization", "Bearer "+testToken)
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("after guessing: %s %s", resp.Status, text)
	}
	if resp, _ := s.do("GET", "/messages", ""); resp.StatusCode != 200 {
		t.Errorf("what needs no token: %s", resp.Status)
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

func TestTooManyConnectionsAreTurnedAway(t *testing.T) {
	s := start(t, func(c *Config) { c.MaxConnections = 2 })
	first, second := s.open(t.Context(), "/events/x"), s.open(t.Context(), "/events/x")
	http.DefaultClient.CloseIdleConnections()
	resp, text := s.do("GET", "/healthz", "")
	if resp.StatusCode != 503 || !strings.Contains(text, "too_many_connections") {
		t.Errorf("%s %s", resp.Status, text)
	}
	first.close()
	second.close()
	for s.Clients() > 0 {
		ch, _ := s.changes.wait()
		if s.Clients() == 0 {
			break
		}
		<-ch
	}
}
