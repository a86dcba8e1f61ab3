package node

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/setting"
)

func TestTheExamplesServeTheirOwnFilesOnlyAndForbidOtherStylesAndScripts(t *testing.T) {
	n := run(t, Options{})
	if err := os.WriteFile(filepath.Join(n.data, "secret.txt"), []byte("the secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	get := func(path string) (*http.Response, string) {
		t.Helper()
		conn, err := net.Dial("tcp", n.Address())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		// A client's library would tidy the address up.
		fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(text)
	}
	for _, path := range []string{"/examples/", "/examples/chat.html", "/examples/messages.html", "/examples/device.html"} {
		resp, _ := get(path)
		csp := resp.Header.Get("Content-Security-Policy")
		if resp.StatusCode != 200 || !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s %q", path, resp.Status, csp)
		}
	}
	for _, path := range []string{
		"/examples/../handler.go", "/examples/%2e%2e/handler.go", "/examples/..%2fhandler.go", "/examples/..%5chandler.go", "/examples//etc/passwd",
		"/examples/%2fetc%2fpasswd", "/examples/%2f" + n.data + "/secret.txt", "/examples/....//....//etc/passwd", "/examples/chat.html/../../handler.go", "/examples/chat.html%00",
	} {
		if resp, text := get(path); resp.StatusCode == 200 || strings.Contains(text, "the secret") || strings.Contains(text, "package example") || strings.Contains(text, "root:") {
			t.Errorf("%s: %s %.200q", path, resp.Status, text)
		}
	}
}

func TestATokenThatCanBeGuessedIsRefusedAtTheStart(t *testing.T) {
	for token, code := range map[string]string{
		"secret": "short_token", "fifteen-letters": "short_token", "ääääääääääääää": "short_token",
		" sixteen-letters ": "bad_token", "sixteen\nletters-": "bad_token", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff": "bad_token",
	} {
		n, err := Open(t.Context(), Options{DataFolder: t.TempDir(), Settings: setting.Values{setting.Addr: "127.0.0.1:0", setting.Token: token}})
		if err == nil {
			n.Close()
		}
		if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != code || e.Field != "token" || e.Hint == "" || strings.Contains(e.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
	n, err := Open(t.Context(), Options{DataFolder: t.TempDir(), Settings: setting.Values{setting.Addr: "127.0.0.1:0", setting.Token: "sixteen-letters."}})
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
}

func TestASignOutOutlivesTheProgram(t *testing.T) {
	dir := t.TempDir()
	ask := func(n *running, method, path, cookie string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, n.URL()+path, strings.NewReader(fmt.Sprintf(`{"token":%q}`, n.token)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", cookie)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	n := run(t, Options{DataFolder: dir})
	signIn := func() string {
		resp := ask(n, "POST", "/api/session", "")
		if resp.StatusCode != 204 || len(resp.Cookies()) != 1 {
			t.Fatalf("signing in: %s", resp.Status)
		}
		return resp.Cookies()[0].Name + "=" + resp.Cookies()[0].Value
	}
	gone, stays := signIn(), signIn()
	if resp := ask(n, "DELETE", "/api/session", gone); resp.StatusCode != 204 {
		t.Fatalf("signing out: %s", resp.Status)
	}
	if err := n.stop(); err != nil {
		t.Fatal(err)
	}
	n = run(t, Options{DataFolder: dir})
	if resp := ask(n, "GET", "/api/settings", gone); resp.StatusCode != 401 {
		t.Errorf("who signed out: %s", resp.Status)
	}
	if resp := ask(n, "GET", "/api/settings", stays); resp.StatusCode != 200 {
		t.Errorf("who did not: %s", resp.Status)
	}
}

func TestOnlyHTTPAndHTTPSAreFollowed(t *testing.T) {
	n := run(t, Options{})
	for _, address := range []string{
		"file:///etc/passwd", "javascript:alert(1)", "data:text/plain,x", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "//127.0.0.1/x",
		"unix:///run/x", "HTTPS:", "http://user:secret@127.0.0.1/",
	} {
		for _, path := range []string{"/api/feeds", "/api/feeds/check"} {
			req, err := http.NewRequestWithContext(t.Context(), "POST", n.URL()+path, strings.NewReader(fmt.Sprintf(`{"name":"f","url":%q}`, address)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+n.token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || !strings.Contains(string(text), "bad_url") || path == "/api/feeds" && resp.StatusCode != 400 || strings.Contains(string(text), `"ok":true`) {
				t.Errorf("%s %s: %s %s %v", path, address, resp.Status, text, err)
			}
		}
	}
	if feeds := n.feeds.List(); len(feeds) > 0 {
		t.Errorf("%+v", feeds)
	}
}
