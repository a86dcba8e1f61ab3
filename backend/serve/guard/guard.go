package guard

import (
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// Options say what a Guard lets through.
type Options struct {
	// Token is what the console demands. Where it is empty nobody can sign in,
	// and only the window reaches the console.
	Token string
	// RequireToken demands it of publishers and subscribers too.
	RequireToken bool
	// Hosts are names under which the server may be addressed, besides loopback
	// and the address that a connection came in at.
	Hosts []string
	// Origins are web sites whose pages may use the server, such as
	// "https://example.org". SetOrigins replaces them.
	Origins []string
	// Refused is called after RefusedPages has changed, at most once a second; nil
	// calls nothing.
	Refused func()
	// Epoch is the journal's. Sessions belong to it.
	Epoch    string
	Sessions SessionStore // nil forgets at the end which sessions were signed out
	// Done is closed when the server shuts down.
	Done <-chan struct{}
	Log  *slog.Logger
}

// A Guard refuses requests of those who may not use the server.
type Guard struct {
	token        secret
	requireToken bool
	hosts        []string                 // as normalHost returns them
	origins      atomic.Pointer[[]string] // as normalOrigin returns them
	refused      refusedPages
	done         <-chan struct{}
	log          *slog.Logger
	sessions     *sessions
	wrong        wrongTokens
}

// New returns a Guard.
func New(opt Options) *Guard {
	g := &Guard{
		token: newSecret(opt.Token), requireToken: opt.RequireToken, refused: refusedPages{announce: opt.Refused}, done: opt.Done, log: opt.Log,
		sessions: newSessions(opt.Epoch, opt.Token, opt.Sessions, opt.Log),
	}
	for _, host := range opt.Hosts {
		g.hosts = append(g.hosts, normalHost(host))
	}
	g.SetOrigins(opt.Origins)
	return g
}

// The values of the security headers are shared by all answers: setting them is
// part of each publish.
var (
	noSniff = []string{"nosniff"}
	// Not no-referrer: with it a browser sends "Origin: null" from our own pages.
	sameOriginReferrer = []string{"same-origin"}
	sameOriginFrames   = []string{"SAMEORIGIN"}
	sameOriginResource = []string{"same-origin"}
)

// setSecurityHeader sets the headers that every answer has, and those of answers
// that a browser may show in a tab or use in a page. The answer to a publish is
// for programs and has only the first, because writing headers takes a good part
// of its time.
func setSecurityHeader(h http.Header, r *http.Request) {
	h["X-Content-Type-Options"] = noSniff
	if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/channels/") {
		return
	}
	h["Referrer-Policy"] = sameOriginReferrer
	h["X-Frame-Options"] = sameOriginFrames
	h["Cross-Origin-Resource-Policy"] = sameOriginResource
}

// Protect hands on the requests that name this server as their host and do not
// come from the page of another site. It answers CORS preflight requests.
func (g *Guard) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		setSecurityHeader(h, r)
		if !g.ownHost(r) {
			httpapi.WriteError(w, r, g.log, live.Errorf("other_host", `This Signalbox is not called "{host}".`, "host", r.Host).
				WithHint("Use its address, or start it with --hosts and that name."))
			return
		}
		origin := r.Header.Get("Origin")
		allowed := g.allows(origin)
		if allowed {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				answerPreflight(w, r)
				return
			}
		}
		if !allowed && fromOtherSite(r) && !opensPage(r) {
			g.noteRefused(r)
			e := live.Errorf("other_site/page", "The page of another site may not use this Signalbox.")
			if origin != "" && origin != "null" {
				e = live.Errorf("other_site/origin", "The page of another site may not use this Signalbox.", "origin", origin).
					WithHint("To allow it, use the list of clients on the screen Connection health, or start Signalbox with --origins {origin}.")
			}
			httpapi.WriteError(w, r, g.log, e)
			return
		}
		next.ServeHTTP(w, r)
	})
}
