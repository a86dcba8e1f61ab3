package dial

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"signalbox/backend/disconnect"
	"signalbox/backend/live"
)

// seen serves an event stream and remembers the requests.
func seen(t *testing.T) (live.Feed, *[]*http.Request) {
	t.Helper()
	var list []*http.Request
	return handle(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Header.Set("Test-Body", string(body))
		list = append(list, r)
		w.Header().Set("Content-Type", "Text/Event-Stream; charset=latin1")
		fmt.Fprint(w, "data: é\n\n")
	}), &list
}

func TestTheRequestIsTheStandards(t *testing.T) {
	fd, list := seen(t)
	if got := try(t, fd, func(a *Connection) { a.LastEventID = "…é 1" }); len(got.events) != 1 || got.events[0].Data != "é" {
		t.Errorf("%+v", got)
	}
	r := (*list)[0]
	for name, want := range map[string]string{
		"Accept": "text/event-stream", "Cache-Control": "no-cache", "Pragma": "no-cache", "Accept-Encoding": "identity",
		"Last-Event-Id": "…é 1", "User-Agent": "test", "Test-Body": "", "Content-Type": "",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if r.Method != "GET" || len(r.Header["Connection"]) > 0 {
		t.Errorf("%s %v", r.Method, r.Header)
	}
}

func TestAnIDThatIsNoHeaderValueIsNotSent(t *testing.T) {
	fd, list := seen(t)
	for _, id := range []string{"", "a\x01", "a\x7f"} {
		if got := try(t, fd, func(a *Connection) { a.LastEventID = id }); got.why.Code != "closed" {
			t.Errorf("%q: %+v", id, got.why)
		}
	}
	for _, r := range *list {
		if _, there := r.Header["Last-Event-Id"]; there {
			t.Errorf("%q was sent", r.Header.Get("Last-Event-Id"))
		}
	}
}

func TestAPostHasItsBodyAlsoAfterARedirect(t *testing.T) {
	fd, list := seen(t)
	for _, status := range []int{0, 301, 302, 303, 307, 308} {
		from := fd
		if status != 0 {
			from = handle(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, fd.URL, status) })
		}
		from.Method, from.Body = "POST", `{"topic":"a"}`
		*list = nil
		if got := try(t, from, func(a *Connection) { a.LastEventID = "5" }); got.why.Code != "closed" || len(*list) != 1 {
			t.Fatalf("%d: %+v", status, got.why)
		}
		r := (*list)[0]
		method, body := "POST", from.Body
		if 301 <= status && status <= 303 { // Fetch, HTTP-redirect fetch, step 12
			method, body = "GET", ""
		}
		if r.Method != method || r.Header.Get("Test-Body") != body || r.Header.Get("Last-Event-ID") != "5" || r.Header.Get("Accept") != "text/event-stream" {
			t.Errorf("%d: %s %v", status, r.Method, r.Header)
		}
		if body != "" && r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%d: %q", status, r.Header.Get("Content-Type"))
		}
	}
}

func TestASecretNeverGoesToAnotherHost(t *testing.T) {
	other, list := seen(t)
	target := other.URL
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/same" {
			http.Redirect(w, r, target, http.StatusFound)
			return
		}
		if r.Header.Get("Authorization") == "" || r.Header.Get("X-Key") == "" {
			t.Error("the feed's own server did not get the secrets")
		}
		http.Redirect(w, r, "/same?token=t0ken", http.StatusFound)
	})
	fd.URL += "/?token=t0ken"
	fd.Auth = "bearer"
	fd.Headers = []live.Header{{Name: "X-Key", Secret: true}, {Name: "Cookie", Value: "c00kie"}, {Name: "X-Open", Value: "yes"}}
	secrets := &live.Secrets{Token: "t0ken", Headers: map[string]string{"X-Key": "k3y"}}
	if got := try(t, fd, func(a *Connection) { a.Secrets = secrets }); got.why.Code != "closed" {
		t.Fatalf("%+v", got.why)
	}
	r := (*list)[0]
	if all := fmt.Sprint(r.Header, r.URL); strings.Contains(all, "t0ken") || strings.Contains(all, "k3y") || strings.Contains(all, "c00kie") {
		t.Errorf("the other host got %s", all)
	}
	if r.Header.Get("X-Open") != "yes" {
		t.Error("a header that is no secret was left out")
	}
}

func TestARedirectsSecretsStayWithinTheHost(t *testing.T) {
	fd := live.Feed{URL: "https://api.example.org/a", Headers: []live.Header{{Name: "X-Key", Secret: true}}}
	check := checkRedirect(&fd)
	for _, c := range []struct {
		hops []string
		kept bool
	}{
		{[]string{"https://api.example.org/b"}, true},
		{[]string{"https://API.example.org/b"}, true},
		{[]string{"https://api.example.org:8443/b"}, false},
		{[]string{"https://sub.api.example.org/b"}, false},
		{[]string{"https://example.org/b"}, false},
		{[]string{"http://api.example.org/b"}, false},
		{[]string{"https://evil.example/b", "https://api.example.org/b"}, false},
	} {
		via := []*http.Request{httptest.NewRequest("GET", fd.URL, nil)}
		var last *http.Request
		for _, hop := range c.hops {
			last = httptest.NewRequest("GET", hop, nil)
			last.Header.Set("Authorization", "x")
			last.Header.Set("X-Key", "x")
			last.Header.Set("Referer", fd.URL)
			if err := check(last, via); err != nil {
				t.Fatal(err)
			}
			via = append(via, last)
		}
		if kept := last.Header.Get("Authorization") != "" && last.Header.Get("X-Key") != ""; kept != c.kept || last.Header.Get("Referer") != "" {
			t.Errorf("%v: %v", c.hops, last.Header)
		}
	}
}

func TestARedirectInACircleEnds(t *testing.T) {
	requests := 0
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "/again", http.StatusFound)
	})
	if got := try(t, fd, nil); got.why.Code != "redirects" || got.why.Hint == "" || requests != maxRedirects+1 {
		t.Errorf("%d requests, %+v", requests, got.why)
	}
	fd = handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	if got := try(t, fd, nil); got.why.Code != "redirects" {
		t.Errorf("%+v", got.why)
	}
}

func TestAResponseThatIsNoStreamIsExplained(t *testing.T) {
	for _, c := range []struct {
		status       int
		kind, code   string
		reason, hint string
		refused      bool
	}{
		{200, "text/html; charset=utf-8", "type", "web page", "sign in", true},
		{200, "application/json", "type", "application/json", "address", true},
		{200, "text/event-streams", "type", "text/event-streams", "address", true},
		{200, "none", "type", "does not say", "text/event-stream", true},
		{204, "", "no_content", "nothing more", "Reconnect", false},
		{201, "text/event-stream", "status", "201 Created", "200", true},
		{205, "text/event-stream", "status", "205 Reset Content", "200", true},
		{301, "", "status", "301 Moved Permanently", "without an address", true},
		{304, "", "status", "304 Not Modified", "", true},
		{400, "", "status", "400 Bad Request", "headers", true},
		{401, "", "status", "401 Unauthorized", "token", true},
		{403, "", "status", "403 Forbidden", "sign-in", true},
		{404, "", "status", "404 Not Found", "address", true},
		{405, "", "status", "405 Method Not Allowed", "POST", true},
		{414, "", "status", "414 Request URI Too Long", "address", true},
		{431, "", "status", "431 Request Header Fields Too Large", "headers", true},
		{429, "", "status", "429 Too Many Requests", "how often", true},
		{500, "", "status", "500 Internal Server Error", "server", true},
		{503, "text/event-stream", "status", "503 Service Unavailable", "server", true},
		{599, "", "status", "599.", "server", true},
	} {
		fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = nil
			if c.kind != "" && c.kind != "none" {
				w.Header().Set("Content-Type", c.kind)
			}
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(c.status)
		})
		got := try(t, fd, nil)
		e := got.why
		if e.Code != c.code || !strings.Contains(e.Message, c.reason) || !strings.Contains(e.Hint, c.hint) || got.opened ||
			e.Refused != c.refused || e.Final != (c.status == 204) || got.status != c.status {
			t.Errorf("%d %s: status %d, %+v", c.status, c.kind, got.status, e)
		}
		if c.code == "status" && e.RetryAfter != 7*time.Second {
			t.Errorf("%d: Retry-After gave %v", c.status, e.RetryAfter)
		}
	}
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "120": 2 * time.Minute, "soon": 0, "9999999999": maxRetryAfter, "99999999999999999999999": maxRetryAfter, "-99999999999999999999999": 0,
		"Sat, 21 Nov 2026 14:00:30 GMT": 30 * time.Second, "Sat, 21 Nov 2026 13:00:30 GMT": 0,
	} {
		if got := retryAfter(s, now); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestAFailureBeforeTheResponseIsExplained(t *testing.T) {
	listen := func(serve func(net.Conn)) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				serve(c)
				c.Close()
			}
		}()
		return l.Addr().String()
	}
	read := func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) }
	closed := listen(read) // what is closed with something unread is reset
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	plain := listen(func(c net.Conn) { read(c); fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	ssh := listen(func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.2\r\n"); read(c) })
	reset := listen(func(c net.Conn) { read(c); _ = c.(*net.TCPConn).SetLinger(0) })
	broken := listen(func(c net.Conn) {
		read(c)
		fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n")
	})
	answer := func(text string) string {
		return listen(func(c net.Conn) { read(c); fmt.Fprint(c, text) })
	}
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = quietLogger()
	t.Cleanup(secure.Close)
	alert := answer("\x15\x03\x01\x00\x02\x02\x46")
	nginx := answer("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<h1>The plain HTTP request was sent to HTTPS port</h1>")
	for _, c := range []struct{ url, proxy, code, reason, hint string }{
		{"http://" + secure.Listener.Addr().String(), "", "tls", "speaks TLS at this port", "https:// instead of http://"},
		{"http://" + alert, "", "tls", "speaks TLS at this port", "https:// instead of http://"},
		{"http://" + nginx, "", "tls", "speaks TLS at this port", "https:// instead of http://"},
		{"https://" + closed, "", "closed", "without a response", "http:// instead of https://"},
		{"http://" + answer(head+"zz\r\n"), "", "protocol", "not valid HTTP", "proxy"},
		{"http://" + answer(head+"fffffffffffffffff\r\n"), "", "protocol", "not valid HTTP", "proxy"},
		{"http://" + answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"), "", "protocol", "not valid HTTP", ""},
		{"http://" + answer("HTTP/1.1 302 Found\r\nLocation: http://%zz/\r\nContent-Length: 0\r\n\r\n"), "", "redirects", "cannot be read", "server"},
		{"http://" + answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\nContent-Length: 0\r\n\r\n"), "", "redirects", "port 99999", "server"},
		{"http://example.invalid/", "http://127.0.0.1:99999", "proxy", "65535", "settings"},
		{"http://" + nobody, "", "refused", "Connection refused by " + nobody, "listens"},
		{"http://no-such-name.invalid/", "", "dns", "no-such-name.invalid", ""},
		{"http://" + closed, "", "closed", "without a response", "https:// instead of http://"},
		{"http://" + reset, "", "reset", "reset", ""},
		{"http://" + ssh, "", "protocol", "not HTTP", "port"},
		{"https://" + plain, "", "tls", "plain HTTP", "http://"},
		{"https://" + ssh, "", "tls", "TLS", "http://"},
		{"http://" + broken, "", "cut", "broke off", ""},
		{"http://example.invalid/", "http://" + nobody, "proxy", "proxy", "settings"},
		{"https://example.invalid/", "socks5://" + nobody, "proxy", "proxy", "settings"},
	} {
		e := try(t, live.Feed{URL: c.url + "?token=s3cret", Proxy: c.proxy}, nil).why
		if e.Code != c.code || !strings.Contains(e.Message, c.reason) || !strings.Contains(e.Hint, c.hint) ||
			strings.Contains(e.Message+e.Hint, "s3cret") || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%s: %+v", c.url, e)
		}
	}
}

func TestASelfSignedCertificateCanBeAccepted(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: a\n\n")
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = nil
	s.StartTLS()
	t.Cleanup(s.Close)
	fd := live.Feed{URL: s.URL}

	e := try(t, fd, nil).why
	want := fingerprint(s.Certificate())
	if e.Code != "tls" || e.Certificate != want || !strings.Contains(e.Hint, "accept") {
		t.Errorf("%+v", e)
	}
	fd.Certificate = want
	if got := try(t, fd, nil); got.why.Code != "closed" || len(got.events) != 1 {
		t.Errorf("the accepted certificate was refused: %+v", got.why)
	}
	fd.Certificate = strings.Repeat("0", 64)
	if e := try(t, fd, nil).why; e.Code != "tls" || e.Certificate != want {
		t.Errorf("another certificate than the accepted one: %+v", e)
	}
	fd.Certificate = ""
	fd.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	if got := try(t, fd, nil); got.why.Code != "closed" || len(got.events) != 1 {
		t.Errorf("the extra authority was not believed: %+v", got.why)
	}
	// httptest's certificate is for example.com and the loopback addresses.
	fd.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	if e := try(t, fd, nil).why; e.Code != "tls" || !strings.Contains(e.Message, "made out to example.com") || e.Certificate != want {
		t.Errorf("a certificate of another name: %+v", e)
	}
}

func TestAnExpiredCertificateIsExplained(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	state := tls.ConnectionState{}
	state.PeerCertificates = append(state.PeerCertificates, s.Certificate())
	expired := *s.Certificate()
	expired.NotAfter = time.Now().Add(-time.Hour)
	state.PeerCertificates[0] = &expired
	e := explain(verify(state, "example.com", nil, nil), "example.com", "tls")
	if e.Code != "tls" || e.Message != "The certificate of example.com has expired." || e.Certificate == "" {
		t.Errorf("%+v", e)
	}
	expired.NotAfter, expired.NotBefore = time.Now().Add(2*time.Hour), time.Now().Add(time.Hour)
	if e := explain(verify(state, "example.com", nil, nil), "example.com", "tls"); e.Message != "The certificate of example.com is not valid yet." {
		t.Errorf("%+v", e)
	}
}

func TestTheDurationOfEachStepIsRecorded(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
	}))
	t.Cleanup(s.Close)
	fd := live.Feed{URL: s.URL, Certificate: fingerprint(s.Certificate())}
	try(t, fd, func(a *Connection) {
		a.Opened = func() {
			var r live.Attempt
			a.Describe(&r)
			if r.DNS != 0 || r.Connect <= 0 || r.TLS <= 0 || r.FirstByte <= 0 || r.Address != s.Listener.Addr().String() || r.Status != 200 {
				t.Errorf("%+v", r)
			}
		}
	})
}

func TestATimeoutNamesItsStep(t *testing.T) {
	for at, want := range map[step]string{
		"dns": "name server", "connect": "No response", "tls": "TLS", "response": "did not answer", "open": "no longer answers",
	} {
		e := explain(context.DeadlineExceeded, "example.org", at)
		if !strings.Contains(e.Message, want) {
			t.Errorf("%s: %+v", at, e)
		}
	}
}

func TestAQueryIsSentAsAURLParserWritesIt(t *testing.T) {
	fd, list := seen(t)
	target := fd.URL
	sent := func(address string) string {
		t.Helper()
		*list = nil
		fd.URL = address
		if got := try(t, fd, nil); len(*list) != 1 {
			t.Fatalf("%s: %+v", address, got.why)
		}
		return (*list)[0].RequestURI
	}
	for in, want := range map[string]string{
		"?after=0&q=a b":             "/?after=0&q=a%20b",
		"?q=%20a+b&c=%zz%":           "/?q=%20a+b&c=%zz%", // what is there is left as it is
		"/a b/\u00e9?q=\u00e9\u8bbe": "/a%20b/%C3%A9?q=%C3%A9%E8%AE%BE",
		`?q="<it's>"{}|^`:            "/?q=%22%3Cit%27s%3E%22{}|^",
		"?":                          "/?",
		"#fragment":                  "/",
	} {
		if got := sent(target + in); got != want {
			t.Errorf("%s was sent as %s, want %s", in, got, want)
		}
	}
	from := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", target+"/?q=a b")
		w.WriteHeader(http.StatusFound)
	})
	if got := sent(from.URL); got != "/?q=a%20b" {
		t.Errorf("after a redirect it was sent as %s", got)
	}
}

func TestAReasonHasABoundedLength(t *testing.T) {
	fd := handle(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/"+strings.Repeat("é", 50_000))
	})
	e := try(t, fd, nil).why
	if e.Code != "type" || len(e.Message) > disconnect.MaxMessage+len("…") || !utf8.ValidString(e.Message) || !strings.HasSuffix(e.Message, "…") {
		t.Errorf("%d bytes: %+v", len(e.Message), e)
	}
}
