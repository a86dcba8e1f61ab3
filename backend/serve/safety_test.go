package serve

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"signalbox/backend/serve/httpapi"
)

// A lockedBuffer is a log that several write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestTheTokenIsInNoLogAndInNoAnswer(t *testing.T) {
	const token = "a-token-that-stands-out"
	log := &lockedBuffer{}
	s := start(t, func(c *Config) {
		c.Token, c.RequireToken, c.WriteTimeout = token, true, time.Second
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s.log.Debug("the log is read")
	var answers strings.Builder
	ask := func(method, path, body string, headers ...string) {
		t.Helper()
		resp, text := s.do(method, path, body, headers...)
		if strings.Contains(resp.Header.Get("Location"), token) || resp.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s %s: %v", method, path, resp.Header)
		}
		fmt.Fprint(&answers, text, resp.Header)
	}
	for _, path := range []string{
		"/?token=" + token, "/events?token=" + token + "&after=zzzz.1", "/messages?token=" + token, "/messages?limit=x&token=" + token, "/add-message/x?token=" + token,
		"/nothing?token=" + token, "/?token=" + token + "x", "/messages?token=" + token + "x", "/%zz?token=" + token, "/examples/?token=" + token, "/metrics?token=" + token,
	} {
		for _, method := range []string{"POST", "DELETE", "HEAD"} {
			ask(method, strings.ReplaceAll(path, "%zz", "zz"), "x")
		}
		if !strings.HasPrefix(path, "/events") && !strings.Contains(path, "%zz") {
			ask("GET", path, "")
		}
	}
	ask("GET", "/api/clients", "", "Authorization", "Bearer "+token)
	ask("GET", "/api/state", "", "Authorization", "Bearer "+token)
	ask("GET", "/api/settings", "", "Authorization", "Basic "+token)
	ask("POST", "/api/session", `{"token":"`+token+`"}`, "Content-Type", "application/json")
	ask("POST", "/api/session", `{"token":"`+token+`","x":1}`, "Content-Type", "application/json")
	ask("POST", "/api/session", "token="+token+"x", "Content-Type", "application/x-www-form-urlencoded")
	ask("GET", "/?token="+token, "", "Host", "evil.example")

	// A stream that is cut off is told in the log with its client; so is what
	// is no HTTP at all.
	rd := s.open(t.Context(), "/events/x?token="+token)
	if w := s.window("DELETE", "/api/clients/1"); w.Code != 204 {
		t.Fatal(w.Code, w.Body)
	}
	if _, err := rd.next(); err == nil {
		t.Error("the stream goes on")
	}
	raw := s.dial()
	fmt.Fprintf(raw, "GET /messages?token=%s HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n", token)
	reply, err := io.ReadAll(raw)
	if err != nil || !bytes.Contains(reply, []byte("400")) {
		t.Errorf("%s %v", reply, err)
	}
	answers.Write(reply)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "the log is read") {
		t.Fatal("this test reads no log")
	}
	if strings.Contains(log.String(), token) {
		t.Errorf("the log: %s", log)
	}
	if strings.Contains(answers.String(), token) {
		t.Errorf("the answers: %s", answers.String())
	}
}

// dial opens a connection to say on it what a client would not.
func (r *running) dial() net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

func TestAPageThatIsShownNeverSendsItsAddressElsewhere(t *testing.T) {
	s := start(t, nil)
	for _, path := range []string{"/", "/signin/signin.js", "/assets/app-1.js", "/nothing", "/messages"} {
		resp, _ := s.do("GET", path, "")
		if got := resp.Header.Get("Referrer-Policy"); got != "same-origin" {
			t.Errorf("%s: Referrer-Policy %q", path, got)
		}
	}
}

func TestAHeadOrAnAddressThatIsTooLongIsRefused(t *testing.T) {
	s := start(t, nil)
	long := strings.Repeat("x", maxHeader+8192)
	for name, head := range map[string]string{
		"header":  "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: " + long + "\r\n\r\n",
		"address": "GET /events/" + long + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"many":    "GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + strings.Repeat("X-A: 1\r\n", maxHeader/4) + "\r\n",
	} {
		conn := s.dial()
		// It may be closed before all was written.
		_, _ = io.WriteString(conn, head)
		reply, _ := io.ReadAll(conn)
		if !bytes.HasPrefix(reply, []byte("HTTP/1.1 431 ")) {
			t.Errorf("%s: %.200q", name, reply)
		}
	}
	if resp, _ := s.do("GET", "/events/"+strings.Repeat("x", 300), ""); resp.StatusCode != 400 {
		t.Errorf("a name that is too long: %s", resp.Status)
	}
}

func TestAConsoleRequestHasAtMostOneMegabyte(t *testing.T) {
	s := start(t, nil)
	for _, path := range []string{"/api/feeds", "/api/channels", "/api/session", "/api/feeds/check"} {
		want[refusal](s, 413, "POST", path, strings.Repeat(" ", httpapi.MaxObject+1))
	}
	form := "token=" + strings.Repeat("x", httpapi.MaxObject+1)
	if resp, _ := s.do("POST", "/api/session", form, "Content-Type", "application/x-www-form-urlencoded"); resp.StatusCode < 400 {
		t.Errorf("a form that is too large: %s", resp.Status)
	}
	for _, path := range []string{"/api/settings", "/api/window"} {
		want[refusal](s, 413, "PUT", path, strings.Repeat(" ", httpapi.MaxObject+1))
	}
}

func TestNoFileIsReachedOutsideWhatIsServed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"secret.txt": "the secret", "web/index.html": "page", "web/a.js": "script"} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, func(c *Config) { c.Assets = os.DirFS(filepath.Join(dir, "web")) })
	if _, text := s.do("GET", "/a.js", ""); text != "script" {
		t.Fatalf("nothing is served from the folder: %q", text)
	}
	for _, path := range []string{
		"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "/..%5csecret.txt", "//secret.txt",
		"/....//secret.txt", "/.%2e/secret.txt", "/a.js/../../secret.txt", "/a.js%00.txt", "/" + dir + "/secret.txt", "/%2f" + dir + "/secret.txt",
		"/signin/../secret.txt", "/signin/%2e%2e%2f%2e%2e%2fguard.go", "/signin/signin.html", "/signin/..%2fsignin.css", "/index.html", "/assets", "/assets/", "/.", "/signin/",
	} {
		conn := s.dial()
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
		reply, err := io.ReadAll(conn)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(reply, []byte("HTTP/1.1 200")) || bytes.Contains(reply, []byte("the secret")) || bytes.Contains(reply, []byte("{{problem}}")) {
			t.Errorf("%s: %.300q", path, reply)
		}
	}
}

// The example pages are held to the same in backend/example.
func TestEveryPageForbidsWhatItDoesNotBring(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct{ path, token string }{{"/", ""}, {"/", testToken}, {"/?token=wrong", ""}, {"/assets/app-1.js", ""}} {
		resp, _ := s.do("GET", c.path, "", "Authorization", "Bearer "+c.token, "Accept", "text/html")
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: no %q in %q", c.path, want, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: %q", c.path, csp)
		}
		if got := s.window("GET", c.path).Header().Get("Content-Security-Policy"); got != csp {
			t.Errorf("%s in the window: %q", c.path, got)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s %q", c.path, name, got)
			}
		}
	}
}

func TestWhatComesFromAMessageIsNeverAPage(t *testing.T) {
	s := start(t, nil)
	const markup = `<script>alert(1)</script>`
	receipt, _ := s.do("POST", "/channels/x/messages", fmt.Sprintf(`{"id":%q,"data":%q}`, markup, markup), "Content-Type", "application/json", "Accept", "text/html")
	if h := receipt.Header; h.Get("Content-Type") != "application/json" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a receipt: %v", h)
	}
	got := want[receiptJSON](s, 201, "POST", "/channels/x/messages", fmt.Sprintf(`{"event":%q,"id":%q,"data":%q}`, markup, markup+"2", markup))
	for _, path := range []string{"/messages/" + got.Position, "/messages/" + got.Position + "?raw=1", "/messages/" + got.Position + "?data=1", "/sources/x/messages", "/messages", "/add-message/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/nothing/%3Cscript%3E"} {
		resp, _ := s.do("GET", path, "", "Accept", "text/html")
		if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") && !strings.HasPrefix(kind, "text/plain") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q", path, kind)
		}
	}
	rd := s.open(t.Context(), "/events/x?after=0")
	if rd.head.Get("X-Content-Type-Options") != "nosniff" {
		t.Error("a browser may guess what a stream is")
	}
	rd.want("message", markup, markup)
	rd.want(markup, markup+"2", markup)
}

func TestAStreamIsNeverCompressed(t *testing.T) {
	s := start(t, nil)
	for _, accepted := range []string{"gzip", "gzip, deflate, br, zstd", "*", "identity;q=0, gzip", "br;q=1"} {
		rd := s.open(t.Context(), "/events/x", "Accept-Encoding", accepted)
		if got := rd.head.Get("Content-Encoding"); got != "" {
			t.Errorf("%s: Content-Encoding %q", accepted, got)
		}
		got := s.publish("x", accepted)
		rd.want("message", got.Position, accepted) // in the clear, and at once
		rd.close()
	}
}

func TestOnlyNamedOriginsGetCORS(t *testing.T) {
	s := start(t, func(c *Config) { c.Origins = []string{"https://friend.example"} })
	for _, origin := range []string{"https://evil.example", "null", "https://friend.example.evil.example", "http://friend.example", "https://friend.example:8443", "https://evil.example https://friend.example"} {
		for _, path := range []string{"/messages", "/events/x", "/healthz", "/api/state", "/"} {
			resp, _ := s.do("GET", path, "", "Origin", origin)
			for name := range resp.Header {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("%s of %s: %s", path, origin, name)
				}
			}
			if resp.StatusCode == http.StatusOK {
				t.Errorf("%s of %s: %s", path, origin, resp.Status)
			}
		}
	}
}
