package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// A dialer opens a connection; tests put a pipe there.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// newRequest returns the request that opens a feed (HTML, 9.2.2 and 9.2.3).
func newRequest(ctx context.Context, f *live.Feed, s *live.Secrets, lastEventID, agent string) (*http.Request, error) {
	method := f.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(ctx, method, f.URL, strings.NewReader(f.Body))
	if err != nil {
		return nil, because("url", "The address cannot be read.")
	}
	r.URL.RawQuery = escapeQuery(r.URL.RawQuery)
	r.Header.Set("User-Agent", agent)
	// What Fetch adds for the cache mode "no-store" that EventSource asks for
	// (HTML, 9.2.2; Fetch, HTTP-network-or-cache fetch). A feed may have a
	// Pragma of its own.
	r.Header.Set("Pragma", "no-cache")
	switch {
	case f.Body == "":
	case json.Valid([]byte(f.Body)):
		r.Header.Set("Content-Type", "application/json")
	default:
		r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	}
	for _, h := range f.Headers {
		value := h.Value
		if h.Secret {
			value = s.Headers[h.Name]
		}
		r.Header.Set(h.Name, value)
	}
	switch f.Auth {
	case "bearer":
		r.Header.Set("Authorization", "Bearer "+s.Token)
	case "basic":
		r.SetBasicAuth(f.User, s.Password)
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Cache-Control", "no-cache")
	r.Header.Set("Accept-Encoding", "identity")
	if canSend(lastEventID) {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	return r, nil
}

// escapeQuery returns a query as a URL parser writes it (URL, query
// percent-encode set): what a person types may have spaces. net/http sends a
// query as it is, and a server refuses a request line with a space in it.
func escapeQuery(query string) string {
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"#<>'", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// canSend reports whether an id can stand in a header. A browser sends any
// control character but NUL, CR and LF; net/http sends none. An id that is too
// long was stored by an earlier version; servers would refuse it each time.
func canSend(id string) bool {
	return id != "" && len(id) <= wire.MaxID && !strings.ContainsFunc(id, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F })
}

// maxRedirects is where a chain of redirects is taken for a loop.
const maxRedirects = 10

// redirector returns what is asked before each redirect. Nothing secret goes
// to another host, nor to the same one in the clear, nor back from there:
// net/http would let subdomains have it, and says in Referer where it came
// from, with a query in which a token may stand.
func redirector(f *live.Feed) func(*http.Request, []*http.Request) error {
	secret := []string{"Authorization", "Cookie", "Proxy-Authorization"}
	for _, h := range f.Headers {
		if h.Secret {
			secret = append(secret, h.Name)
		}
	}
	return func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return because("redirects", "The server redirects more than %d times.", maxRedirects).
				advise("Check the address: it may lead in a circle.")
		}
		if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
			return because("redirects", "The server redirects to an address that is neither http nor https.")
		}
		if !live.ValidPort(r.URL.Port()) {
			return because("redirects", "The server redirects to port %s, which does not exist.", r.URL.Port()).advise("The trouble is at the server.")
		}
		r.URL.RawQuery = escapeQuery(r.URL.RawQuery)
		r.Header.Del("Referer")
		first := via[0].URL
		away := false
		for _, hop := range slices.Concat(via, []*http.Request{r}) {
			away = away || !strings.EqualFold(hop.URL.Host, first.Host) || first.Scheme == "https" && hop.URL.Scheme == "http"
		}
		if away {
			for _, name := range secret {
				r.Header.Del(name)
			}
		}
		return nil
	}
}
