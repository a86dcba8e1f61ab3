package serve

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"

	"signalbox/backend/live"
)

// A handler answers a request, or returns the error to answer with.
type handler func(http.ResponseWriter, *http.Request) error

// access says who may use a route on TCP.
type access int

const (
	everybody access = iota
	others           // other programs: with the token where everybody needs it
	console          // Signalbox's own screens: always with the token
)

// mux knows every address of docs/api.md.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	on := func(who access, pattern string, h handler) { mux.Handle(pattern, s.allow(who, h)) }

	on(others, "GET /events/{source}", s.events)
	on(others, "GET /events", s.eventsOf)
	on(others, "GET /sse", s.tutorialEvents)
	on(others, "POST /channels/{channel}/messages", s.publish)
	on(others, "GET /sources/{source}/messages", s.history)
	on(others, "GET /messages", s.historyOf)
	on(others, "GET /messages/{position}", s.message)
	on(everybody, "GET /healthz", s.healthz)
	on(others, "GET /metrics", s.metrics.serve)
	on(others, "/examples/", s.examples)

	on(console, "GET /api/bell", s.bell)
	on(console, "GET /api/state", s.state)
	on(everybody, "POST /api/session", s.signIn)
	on(everybody, "DELETE /api/session", s.signOut)
	on(console, "POST /api/channels", s.addChannel)
	on(console, "PUT /api/channels/{name}", s.changeChannel)
	on(console, "DELETE /api/channels/{name}", s.removeChannel)
	on(console, "POST /api/feeds", s.addFeed)
	on(console, "POST /api/feeds/check", s.checkFeed)
	on(console, "GET /api/feeds/{name}", s.showFeed)
	on(console, "PUT /api/feeds/{name}", s.changeFeed)
	on(console, "DELETE /api/feeds/{name}", s.removeFeed)
	on(console, "POST /api/feeds/{name}/pause", s.pauseFeed)
	on(console, "POST /api/feeds/{name}/resume", s.resumeFeed)
	on(console, "POST /api/feeds/{name}/reconnect", s.reconnectFeed)
	on(console, "POST /api/reconnect", s.reconnectAll)
	on(console, "GET /api/feeds/{name}/attempts", s.attempts)
	on(console, "POST /api/sources/{name}/restore", s.restore)
	on(console, "POST /api/sources/{name}/seen", s.seen)
	on(console, "POST /api/seen", s.seenAll)
	on(console, "GET /api/clients", s.listClients)
	on(console, "DELETE /api/clients/{id}", s.cutClient)
	on(console, "GET /api/settings", s.settings)
	on(console, "PUT /api/settings", s.changeSettings)
	on(console, "POST /api/samples", s.startSamples)
	on(console, "DELETE /api/samples", s.stopSamples)
	on(console, "GET /api/published", s.listPublished)
	on(console, "GET /api/window", s.layout)
	on(console, "PUT /api/window", s.setLayout)

	on(everybody, "GET /{$}", s.dashboard)
	on(everybody, "GET /signin/{file}", s.signInFile)
	on(everybody, "/", func(w http.ResponseWriter, r *http.Request) error { return s.other(mux, w, r) })

	addMessage := s.allow(others, s.addMessage)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Before the mux, which would tidy up a text such as "a//b".
		if strings.HasPrefix(r.URL.EscapedPath(), addMessagePath) {
			addMessage.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// allow lets through who may, and answers with the handler's error.
func (s *Server) allow(who access, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.admit(who, r)
		if err == nil {
			err = h(w, r)
		} else if asksForPage(r) && !windowed(r.Context()) {
			signInPage(w, err)
			return
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	})
}

// other answers what no route is for: a file of the dashboard, else an error
// in JSON, which says so where only the method is wrong.
func (s *Server) other(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	if served, err := s.asset(w, r); served || err != nil {
		return err
	}
	var methods []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		probe := *r
		probe.Method = m
		if _, pattern := mux.Handler(&probe); pattern != "/" && pattern != "" {
			methods = append(methods, m)
		}
	}
	if len(methods) == 0 {
		return live.Errorf("not_found", "There is nothing at %s.", r.URL.Path)
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	return live.Errorf("bad_method", "%s cannot be used at %s.", r.Method, r.URL.Path).
		WithHint("Use " + strings.Join(methods, " or ") + ".")
}

func (s *Server) examples(w http.ResponseWriter, r *http.Request) error {
	if h := s.config().Examples; h != nil {
		h.ServeHTTP(w, r)
		return nil
	}
	return live.Errorf("not_found", "This Signalbox has no examples.")
}

func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	stats := s.j.Stats()
	if stats.Fault != "" {
		return live.Errorf("store_fault", "%s", stats.Fault)
	}
	if stats.Damage != "" {
		return live.Errorf("bad_database", "%s", stats.Damage)
	}
	if faults := s.faults.list(); len(faults) > 0 {
		return live.Errorf("part_fault", "%s", strings.Join(faults, " "))
	}
	return answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// recovered turns a panic into an answer, so that one request's fault is not
// everybody's.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				s.config().Log.Error("panic", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				s.refuse(w, r, live.Errorf("internal", "Something went wrong inside Signalbox.").WithHint("Its log says what."))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

type windowKey struct{}

func inWindow(ctx context.Context) context.Context { return context.WithValue(ctx, windowKey{}, true) }

func windowed(ctx context.Context) bool { return ctx.Value(windowKey{}) != nil }
