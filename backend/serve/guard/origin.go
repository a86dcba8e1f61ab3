package guard

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// fromOtherSite reports whether the page of another site made the request. A
// program that is no browser is never another site.
func fromOtherSite(r *http.Request) bool {
	// Pages cannot set Sec-Fetch-Site. Browsers send it to loopback and over TLS
	// only, so that its absence says nothing.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "same-site", "cross-site": // another port of the same host is same-site
		return true
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return !isOwnOrigin(origin, r)
	}
	if referer := r.Header.Get("Referer"); referer != "" {
		return !isOwnOrigin(referer, r)
	}
	return false
}

func isOwnOrigin(address string, r *http.Request) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// normalOrigin returns an origin as browsers write it.
func normalOrigin(origin string) string { return strings.ToLower(strings.TrimRight(origin, "/")) }

// noteRefused remembers the origin of a page whose request is refused. Without
// the header Origin, allowing the page would change nothing.
func (g *Guard) noteRefused(r *http.Request) {
	if origin := r.Header.Get("Origin"); origin != "" {
		g.refused.add(origin, r.URL.Path, time.Now())
	}
}

// opensPage reports whether a browser shows one of our pages in a tab of its
// own, after a click on a link of another site. That changes nothing here.
func opensPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return false
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return false
	}
	return r.URL.Path == "/" || r.URL.Path == "/examples/" ||
		strings.HasPrefix(r.URL.Path, "/examples/") && strings.HasSuffix(r.URL.Path, ".html")
}

// answerPreflight answers the question of a browser whether a page of an
// allowed origin may send a request.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}
