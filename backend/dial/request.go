package dial

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// newRequest returns the request that opens a feed (HTML, 9.2.2 and 9.2.3).
func newRequest(ctx context.Context, f *live.Feed, s *live.Secrets, lastEventID, userAgent string) (*http.Request, error) {
	method := f.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(ctx, method, f.URL, strings.NewReader(f.Body))
	if err != nil {
		return nil, because("url", "The address cannot be read.")
	}
	r.URL.RawQuery = escapeQuery(r.URL.RawQuery)
	r.Header.Set("User-Agent", userAgent)
	// Fetch adds Pragma for the cache mode "no-store", which EventSource asks
	// for (HTML, 9.2.2; Fetch, HTTP-network-or-cache fetch). A feed may have a
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
	if eventstream.CanSend(lastEventID) {
		r.Header.Set("Last-Event-ID", lastEventID)
	}
	return r, nil
}

// escapeQuery returns a query as a URL parser writes it (URL, query
// percent-encode set). A typed query may contain spaces. net/http sends them
// unchanged, and servers refuse a request line with a space in it.
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

// maxRedirects is how many redirects a request follows.
const maxRedirects = 10

// checkRedirect returns the function that net/http calls before each redirect.
// It removes every secret if the redirect leads to another host, or from https
// to http. A later redirect back to the first host does not restore them.
// net/http alone would send secrets to subdomains, and the feed's address, whose
// query may contain a token, as Referer.
func checkRedirect(f *live.Feed) func(*http.Request, []*http.Request) error {
	secret := []string{"Authorization", "Cookie", "Proxy-Authorization"}
	for _, h := range f.Headers {
		if h.Secret {
			secret = append(secret, h.Name)
		}
	}
	return func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return because("redirects/loop", "The server redirects more than {limit} times.", "limit", maxRedirects).
				WithHint("Check the address: it may lead in a circle.")
		}
		if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
			return because("redirects/scheme", "The server redirects to an address that is neither http nor https.")
		}
		if !live.ValidPort(r.URL.Port()) {
			return because("redirects/port", "The server redirects to port {port}, which does not exist.", "port", r.URL.Port()).
				WithHint("The problem is at the server.")
		}
		r.URL.RawQuery = escapeQuery(r.URL.RawQuery)
		r.Header.Del("Referer")
		first := via[0].URL
		elsewhere := false
		for _, hop := range slices.Concat(via, []*http.Request{r}) {
			elsewhere = elsewhere || !strings.EqualFold(hop.URL.Host, first.Host) || first.Scheme == "https" && hop.URL.Scheme == "http"
		}
		if elsewhere {
			for _, name := range secret {
				r.Header.Del(name)
			}
		}
		return nil
	}
}
