package dial

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"signalbox/backend/disconnect"
)

// checkResponse returns nil if the response is an event stream, and otherwise
// the Reason to refuse it (HTML, 9.2.3 and 9.2.7).
func checkResponse(res *http.Response) *disconnect.Reason {
	if res.StatusCode != http.StatusOK {
		return checkStatus(res)
	}
	contentType, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		// The standard ignores parameters, so an invalid one does no harm.
		contentType, _, _ = strings.Cut(res.Header.Get("Content-Type"), ";")
		contentType = strings.ToLower(strings.TrimSpace(contentType))
	}
	if contentType == "text/event-stream" {
		return nil
	}
	var why *disconnect.Reason
	switch contentType {
	case "":
		why = because("type/none", "The response does not say that it is an event stream.").
			WithHint("The server must send it as text/event-stream.")
	case "text/html":
		why = because("type/page", "The response is a web page, not an event stream.").
			WithHint("Check the address: it may be the page that shows the stream, or a page to sign in.")
	default:
		why = because("type", "The response is {type}, not an event stream.", "type", contentType).
			WithHint("Check the address. The server must send the stream as text/event-stream.")
	}
	why.Refused = true
	return why
}

// checkStatus returns the Reason to refuse a response with a status other than
// 200.
func checkStatus(res *http.Response) *disconnect.Reason {
	code := res.StatusCode
	if code == http.StatusNoContent {
		why := because("no_content", "The server has nothing more to send (204).").
			WithHint("Press Reconnect to ask it again.")
		why.Final = true
		return why
	}
	if code == http.StatusBadRequest && res.Request.URL.Scheme == "http" && wantsTLS(res.Body) {
		why := because("tls/expected", "{host} speaks TLS at this port.", "host", named(res.Request.URL.Host)).
			WithHint("Use https:// instead of http://.")
		why.Refused = true
		return why
	}
	why := explainStatus(code, res.Request.Method)
	why.Refused, why.RetryAfter = true, retryAfter(res.Header.Get("Retry-After"), time.Now())
	return why
}

// explainStatus returns a Reason with a hint for a status.
func explainStatus(code int, method string) *disconnect.Reason {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
	switch code {
	case http.StatusBadRequest:
		return because("status/bad_request", "{status}.", "status", status).
			WithHint("The server does not understand the request. Check the address, the headers and the body of this feed.")
	case http.StatusUnauthorized:
		return because("status/unauthorized", "{status}.", "status", status).
			WithHint("The server asks for a sign-in. Check the token or the password of this feed.")
	case http.StatusForbidden:
		return because("status/forbidden", "{status}.", "status", status).
			WithHint("The server does not allow this. Check the sign-in of this feed.")
	case http.StatusNotFound, http.StatusGone:
		return because("status/not_found", "{status}.", "status", status).WithHint("Check the address.")
	case http.StatusMethodNotAllowed:
		other := map[string]string{"GET": "POST", "POST": "GET"}[method]
		return because("status/method", "{status}.", "status", status, "method", other).
			WithHint("The server expects another method. Try {method}.")
	case http.StatusProxyAuthRequired:
		return because("status/proxy_auth", "{status}.", "status", status).WithHint("The proxy asks for a sign-in.")
	case http.StatusRequestURITooLong:
		return because("status/long_address", "{status}.", "status", status).WithHint("The address is too long for the server.")
	case http.StatusRequestHeaderFieldsTooLarge:
		return because("status/long_headers", "{status}.", "status", status).
			WithHint("The headers of this feed, or its Last-Event-ID, are too long for the server.")
	case http.StatusTooManyRequests:
		return because("status/rate", "{status}.", "status", status).WithHint("The server limits how often it may be asked.")
	}
	switch {
	case code >= 500:
		return because("status/server", "{status}.", "status", status).WithHint("The problem is at the server.")
	case code >= 300 && code < 400 && code != http.StatusNotModified:
		return because("status/redirect", "{status}.", "status", status).WithHint("The server redirects without an address.")
	case code >= 200 && code < 300:
		return because("status/success", "{status}.", "status", status).WithHint("An event stream must have the status 200.")
	}
	return because("status", "{status}.", "status", status)
}

// wantsTLS reports whether the body of a response demands TLS. Go, nginx and
// Apache each do so with a sentence of their own.
func wantsTLS(body io.ReadCloser) bool {
	// A server that sends no body must not delay the report of its status.
	timeout := time.AfterFunc(2*time.Second, func() { body.Close() })
	defer timeout.Stop()
	text, _ := io.ReadAll(io.LimitReader(body, 4<<10))
	text = bytes.ToLower(text)
	for _, s := range []string{"https server", "https port", "ssl-enabled server port"} {
		if bytes.Contains(text, []byte(s)) {
			return true
		}
	}
	return false
}

// retryAfter parses a Retry-After header, which contains seconds or a date. It
// returns maxRetryAfter at most.
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

// decodedBody returns the body of a response without its content coding. If it
// does not know the coding, it closes the body. Some servers compress although
// the request forbids it.
func decodedBody(res *http.Response) (io.ReadCloser, error) {
	// Names of codings are compared without case (RFC 9110, 8.4.1).
	switch coding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
		return res.Body, nil
	case "gzip", "x-gzip":
		return &gzipBody{src: res.Body}, nil
	default:
		res.Body.Close()
		return nil, because("encoding/unknown", `The server compresses the stream by "{coding}", although it was asked not to.`, "coding", coding).
			WithHint("Switch off compression for this address at the server or the proxy before it.")
	}
}

// A gzipBody decompresses a body. It reads the gzip header in the first Read: a
// server may send it only with its first message.
type gzipBody struct {
	src io.ReadCloser
	gz  *gzip.Reader
}

func (b *gzipBody) Read(p []byte) (n int, err error) {
	if b.gz == nil {
		b.gz, err = gzip.NewReader(b.src)
	}
	if err == nil {
		n, err = b.gz.Read(p)
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		err = because("encoding/gzip", "The stream is not gzip, although its header names gzip.")
	}
	return n, err
}

func (b *gzipBody) Close() error { return b.src.Close() }
