package serve

import (
	"net/http"
	"runtime/debug"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/serve/guard"
	"signalbox/backend/serve/httpapi"
	"signalbox/backend/serve/listener"
	"signalbox/backend/serve/stream"
)

// Handler answers on TCP.
func (s *Server) Handler() http.Handler {
	return s.recoverPanics(s.guard.Protect(s.limitConnections(s.routes)))
}

// Events is Handler for a program part that wraps a stream: a request for a
// stream returns when the stream has ended, and the stream ends with the
// request's context.
func (s *Server) Events() http.Handler {
	handler := s.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(stream.Foreground(r.Context())))
	})
}

// Window answers the window: without a guard, because nobody else reaches it.
// It needs neither a Flusher nor a context that ends, which Wails' asset server
// does not have.
func (s *Server) Window() http.Handler {
	return s.recoverPanics(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Body == nil { // which net/http never does
			r.Body = http.NoBody
		}
		s.routes.ServeHTTP(w, r.WithContext(httpapi.WithWindow(r.Context())))
	}))
}

// mux has every address of docs/api.md.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	on := func(who guard.Access, pattern string, h httpapi.Handler) { mux.Handle(pattern, s.authorize(who, h)) }

	on(guard.Programs, "GET /events/{source}", s.events)
	on(guard.Programs, "GET /events", s.eventsOfSources)
	on(guard.Programs, "GET /sse", s.tutorialEvents)
	on(guard.Programs, "POST /channels/{channel}/messages", s.publish)
	on(guard.Programs, "GET /sources/{source}/messages", s.history.Source)
	on(guard.Programs, "GET /messages", s.history.Sources)
	on(guard.Programs, "GET /messages/{position}", s.history.Message)
	on(guard.Programs, "GET /histogram", s.history.Histogram)
	on(guard.Programs, "GET /export", s.exports.Export)
	on(guard.Programs, "GET /exports/{id}", s.exports.Progress)
	on(guard.Programs, "DELETE /exports/{id}", s.exports.Cancel)
	on(guard.Everybody, "GET /healthz", s.healthz)
	on(guard.Programs, "GET /metrics", s.metrics.serve)
	on(guard.Programs, "/examples/", s.serveExamples)

	on(guard.Console, "GET /api/bell", s.console.WaitForChange)
	on(guard.Console, "GET /api/state", s.console.State)
	on(guard.Everybody, "POST /api/session", s.dashboard.SignIn)
	on(guard.Everybody, "DELETE /api/session", s.dashboard.SignOut)
	on(guard.Console, "POST /api/channels", s.console.AddChannel)
	on(guard.Console, "PUT /api/channels/{name}", s.console.ChangeChannel)
	on(guard.Console, "DELETE /api/channels/{name}", s.console.RemoveChannel)
	on(guard.Console, "POST /api/feeds", s.console.AddFeed)
	on(guard.Console, "POST /api/feeds/check", s.console.CheckFeed)
	on(guard.Console, "GET /api/feeds/{name}", s.console.ShowFeed)
	on(guard.Console, "PUT /api/feeds/{name}", s.console.ChangeFeed)
	on(guard.Console, "DELETE /api/feeds/{name}", s.console.RemoveFeed)
	on(guard.Console, "POST /api/feeds/{name}/pause", s.console.PauseFeed)
	on(guard.Console, "POST /api/feeds/{name}/resume", s.console.ResumeFeed)
	on(guard.Console, "POST /api/feeds/{name}/reconnect", s.console.ReconnectFeed)
	on(guard.Console, "POST /api/reconnect", s.console.ReconnectAll)
	on(guard.Console, "GET /api/feeds/{name}/attempts", s.console.FeedAttempts)
	on(guard.Console, "POST /api/sources/{name}/restore", s.console.RestoreSource)
	on(guard.Console, "GET /api/removed", s.console.RemovedSources)
	on(guard.Console, "POST /api/sources/{name}/seen", s.console.MarkSeen)
	on(guard.Console, "POST /api/seen", s.console.MarkAllSeen)
	on(guard.Console, "GET /api/moment", s.moment.Feeds)
	on(guard.Console, "GET /api/bookmarks", s.bookmarks.List)
	on(guard.Console, "PUT /api/bookmarks/{position}", s.bookmarks.Put)
	on(guard.Console, "DELETE /api/bookmarks/{position}", s.bookmarks.Remove)
	on(guard.Console, "POST /api/bookmarks/{position}/restore", s.bookmarks.Restore)
	on(guard.Console, "GET /api/clients", s.streams.ListClients)
	on(guard.Console, "DELETE /api/clients/{id}", s.streams.DisconnectClient)
	on(guard.Console, "GET /api/settings", s.console.ShowSettings)
	on(guard.Console, "PUT /api/settings", s.console.ChangeSettings)
	on(guard.Console, "DELETE /api/refused", s.console.ForgetRefused)
	on(guard.Console, "POST /api/samples", s.console.StartSamples)
	on(guard.Console, "DELETE /api/samples", s.console.StopSamples)
	on(guard.Console, "GET /api/published", s.listPublished)
	on(guard.Console, "GET /api/window", s.console.ShowLayout)
	on(guard.Console, "PUT /api/window", s.console.SetLayout)
	on(guard.Console, "PATCH /api/window", s.console.ChangeLayout)

	on(guard.Everybody, "GET /{$}", s.dashboard.Page)
	on(guard.Everybody, "GET /signin/{file}", s.dashboard.SignInFile)
	on(guard.Everybody, "/", func(w http.ResponseWriter, r *http.Request) error { return s.noRoute(mux, w, r) })

	addMessage := s.authorize(guard.Programs, s.addMessage)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Before the mux, which would clean a text such as "a//b".
		if strings.HasPrefix(r.URL.EscapedPath(), addMessagePath) {
			addMessage.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// events follows one source.
func (s *Server) events(w http.ResponseWriter, r *http.Request) error {
	return s.streams.Subscribe(w, r, []string{r.PathValue("source")}, false)
}

// eventsOfSources follows the sources that the query names, or all.
func (s *Server) eventsOfSources(w http.ResponseWriter, r *http.Request) error {
	return s.streams.Subscribe(w, r, nil, false)
}

func (s *Server) serveExamples(w http.ResponseWriter, r *http.Request) error {
	if s.examples == nil {
		return live.Errorf("not_found/examples", "This Signalbox has no examples.")
	}
	s.examples.ServeHTTP(w, r)
	return nil
}

// noRoute answers what no route is for: with a file of the dashboard, else an
// error, which says so where only the method is wrong.
func (s *Server) noRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	if found, err := s.dashboard.File(w, r); found || err != nil {
		return err
	}
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := *r
		probe.Method = m
		if _, pattern := mux.Handler(&probe); pattern != "/" && pattern != "" {
			methods = append(methods, m)
		}
	}
	if len(methods) == 0 {
		return live.Errorf("not_found/path", "There is nothing at {path}.", "path", r.URL.Path)
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	return badMethod(r, methods...)
}

// badMethod refuses a method where others can be used.
func badMethod(r *http.Request, methods ...string) error {
	return live.Errorf("bad_method", "{method} cannot be used at {path}.",
		"method", r.Method, "path", r.URL.Path, "methods_or", methods).WithHint("Use {methods_or}.")
}

// authorize lets the requests through that may use a route, and answers with
// the handler's error.
func (s *Server) authorize(who guard.Access, h httpapi.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.guard.Authorize(who, r)
		if err == nil {
			err = h(w, r)
		} else if asksForPage(r) && !httpapi.FromWindow(r) {
			s.dashboard.WriteSignIn(w, r, err)
			return
		}
		if err != nil {
			httpapi.WriteError(w, r, s.log, err)
		}
	})
}

// asksForPage reports whether a browser is to show the answer in a tab.
func asksForPage(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/examples/") &&
		strings.HasPrefix(r.Header.Get("Accept"), "text/html")
}

// limitConnections refuses requests over connections above the limits. It ends
// connections whose next request might begin elsewhere for a proxy in front.
func (s *Server) limitConnections(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ambiguousEnd(r) {
			httpapi.CloseConnection(w, r)
		}
		if err := listener.CheckLimits(w, r); err != nil {
			httpapi.WriteError(w, r, s.log, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ambiguousEnd reports whether another program may see another end of a request
// than this one: where it has both Content-Length and Transfer-Encoding, or
// Transfer-Encoding in HTTP/1.0. Closing the connection after the answer (RFC
// 9112, section 6.1) keeps what stands behind it from being taken for a request
// that the other program has let through. net/http removes Content-Length, so
// that any request with Transfer-Encoding may be one.
func ambiguousEnd(r *http.Request) bool {
	return r.ProtoMajor == 1 && (r.ProtoMinor == 0 || len(r.TransferEncoding) > 0)
}

// recoverPanics answers a request whose handler panics, so that one request's
// fault does not end the program.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				s.log.Error("panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				httpapi.WriteError(w, r, s.log, httpapi.Internal())
			}
		}()
		next.ServeHTTP(w, r)
	})
}
