package serve

import (
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"signalbox/backend/live"
)

// answerTime is how long an answer that is no stream may take to send.
const answerTime = 60 * time.Second

// always are headers of every answer. They are copied as they are: to make
// them anew for each publish would cost more than its parsing.
var always = http.Header{
	"X-Content-Type-Options": {"nosniff"},
	// Not no-referrer: with it a browser sends "Origin: null" from our own pages.
	"Referrer-Policy":              {"same-origin"},
	"X-Frame-Options":              {"SAMEORIGIN"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

// guarded lets requests through that are addressed to this server by a name
// of its own and do not come from the page of another site.
//
// The first rule is against DNS rebinding: a name of the attacker's that
// suddenly means 127.0.0.1 makes his page "same origin", but it still stands
// in Host. The second is against pages that send requests without being able
// to read the answers: any page may fetch, post a form, or name an image.
func (s *Server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now()
		if connectionOf(r).dueForAnswer(now) {
			_ = http.NewResponseController(w).SetWriteDeadline(now.Add(answerTime))
		}
		if r.ContentLength != 0 {
			// Also where nobody reads the body: net/http does, before the next
			// request. Not without one, for then the deadline ends a stream.
			setReadDeadline(w, now.Add(bodyTime))
		}
		if ambiguous(r) {
			closeAfter(w, r)
		}
		h := w.Header()
		maps.Copy(h, always)
		if err := turnedAway(w, r); err != nil {
			s.refuse(w, r, err)
			return
		}
		if !s.ownHost(r) {
			s.refuse(w, r, live.Errorf("other_host", "This Signalbox is not called %q.", r.Host).
				WithHint("Use its address, or start it with --hosts and that name."))
			return
		}
		origin := r.Header.Get("Origin")
		welcome := origin != "" && slices.Contains(s.config().Origins, origin)
		if welcome {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				preflight(w, r)
				return
			}
		}
		if !welcome && foreign(r) && !opensPage(r) {
			e := live.Errorf("other_site", "The page of another site may not use this Signalbox.")
			if origin != "" && origin != "null" {
				e.WithHint("To allow it, start Signalbox with --origins " + origin + ".")
			}
			s.refuse(w, r, e)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownHost reports whether Host names this server. Only browsers can be led
// astray, and they always send it.
func (s *Server) ownHost(r *http.Request) bool {
	host := hostname(r.Host)
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		// The very address that the connection came in at: somebody chose to
		// listen there, and an address in Host was not looked up by a name.
		local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		if addr.IsLoopback() || ok && sameAddress(addr, local) {
			return true
		}
	}
	return slices.Contains(s.config().Hosts, host)
}

// hostname returns a host without its port, as hosts are compared.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.TrimSuffix(strings.Trim(strings.ToLower(host), "[]"), ".")
}

func sameAddress(addr netip.Addr, local net.Addr) bool {
	ap, err := netip.ParseAddrPort(local.String())
	return err == nil && ap.Addr().Unmap().WithZone("") == addr.Unmap().WithZone("")
}

// foreign reports whether a page of another site made the request. What is no
// browser is never foreign.
func foreign(r *http.Request) bool {
	// Browsers do not let pages set this one. They send it to loopback and
	// over TLS only, so its absence says nothing.
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "same-site", "cross-site": // another port of the same host is same-site
		return true
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return !ownOrigin(origin, r)
	}
	if referer := r.Header.Get("Referer"); referer != "" {
		return !ownOrigin(referer, r)
	}
	return false
}

func ownOrigin(address string, r *http.Request) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// opensPage reports whether somebody followed a link to one of our pages:
// nothing happens but that they are shown, in a tab of their own.
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

// asksForPage reports whether a browser wants to show the answer in a tab.
func asksForPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/examples/") &&
		strings.HasPrefix(r.Header.Get("Accept"), "text/html")
}

func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
	h.Set("Access-Control-Allow-Headers", "Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID")
	h.Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}
