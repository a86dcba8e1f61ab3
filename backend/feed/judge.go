package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// judge returns nil for an answer that is an event stream, and why it is none
// otherwise (HTML, 9.2.3 and 9.2.7).
func judge(res *http.Response) *ending {
	if res.StatusCode != http.StatusOK {
		return judgeStatus(res)
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		// A broken parameter is no reason: the standard ignores parameters.
		kind, _, _ = strings.Cut(res.Header.Get("Content-Type"), ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	if kind == "text/event-stream" {
		return nil
	}
	e := because("type", "The answer is %s, not an event stream.", kind)
	e.refused = true
	switch kind {
	case "":
		e.reason = "The answer does not say that it is an event stream."
		e.advise("The server must send it as text/event-stream.")
	case "text/html":
		e.reason = "The answer is a web page, not an event stream."
		e.advise("Check the address: it may be the page that shows the stream, or a page to sign in.")
	default:
		e.advise("Check the address. The server must send the stream as text/event-stream.")
	}
	return e
}

func judgeStatus(res *http.Response) *ending {
	text := http.StatusText(res.StatusCode)
	e := because("status", "%s.", strings.TrimSpace(fmt.Sprintf("%d %s", res.StatusCode, text)))
	e.refused, e.retryAfter = true, retryAfter(res.Header.Get("Retry-After"), time.Now())
	switch code := res.StatusCode; {
	case code == http.StatusNoContent:
		e = because("no_content", "The server says that there is nothing more to come (204).").
			advise("Press Reconnect to ask it again.")
		e.final = true
	case code == http.StatusBadRequest && res.Request.URL.Scheme == "http" && wantsTLS(res.Body):
		e = because("tls", "%s speaks TLS at this port.", upperFirst(res.Request.URL.Host)).advise("Use https:// instead of http://.")
		e.refused = true
	case code == http.StatusBadRequest:
		e.advise("The server does not understand the request. Check the address, the headers and the body of this feed.")
	case code == http.StatusUnauthorized:
		e.advise("The server wants a sign-in. Check the token or the password of this feed.")
	case code == http.StatusForbidden:
		e.advise("The server does not allow this. Check the sign-in of this feed.")
	case code == http.StatusNotFound, code == http.StatusGone:
		e.advise("Check the address.")
	case code == http.StatusMethodNotAllowed:
		e.advise("The server wants another method. Try " + map[string]string{"GET": "POST", "POST": "GET"}[res.Request.Method] + ".")
	case code == http.StatusProxyAuthRequired:
		e.advise("The proxy wants a sign-in.")
	case code == http.StatusRequestURITooLong:
		e.advise("The address is too long for the server.")
	case code == http.StatusRequestHeaderFieldsTooLarge:
		e.advise("The headers of this feed, or its Last-Event-ID, are too long for the server.")
	case code == http.StatusTooManyRequests:
		e.advise("The server limits how often it may be asked.")
	case code >= 500:
		e.advise("The trouble is at the server.")
	case code >= 300 && code < 400:
		e.advise("The server redirects without saying where to.")
	case code >= 200 && code < 300:
		e.advise("An event stream is answered with 200.")
	}
	return e
}

// wantsTLS reports whether a server says in its answer that the request should
// have come over TLS. Go, nginx and Apache each have a sentence of their own.
func wantsTLS(body io.ReadCloser) bool {
	// An answer that never comes must not hold up what is known.
	late := time.AfterFunc(2*time.Second, func() { body.Close() })
	defer late.Stop()
	text, _ := io.ReadAll(io.LimitReader(body, 4<<10))
	text = bytes.ToLower(text)
	for _, s := range []string{"https server", "https port", "ssl-enabled server port"} {
		if bytes.Contains(text, []byte(s)) {
			return true
		}
	}
	return false
}

// retryAfter reads the header of that name, in seconds or as a date. It returns
// maxRetryAfter at most.
func retryAfter(s string, now time.Time) time.Duration {
	n, err := strconv.ParseInt(s, 10, 64)
	if (err == nil || errors.Is(err, strconv.ErrRange)) && n > 0 {
		return time.Duration(min(n, int64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return min(max(0, at.Sub(now)), maxRetryAfter)
	}
	return 0
}

// host returns the part of an address that may be shown.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the server"
	}
	return u.Host
}
