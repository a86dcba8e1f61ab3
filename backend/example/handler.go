package example

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path"

	"signalbox/backend/live"
)

//go:embed pages
var files embed.FS

// Handler answers all requests under /examples/: for the pages, their files, and
// the examples' own requests. samples answers all requests under
// /examples/samples/; it may be nil.
func (e *Examples) Handler(samples http.Handler) http.Handler {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux := http.NewServeMux()
	mux.Handle("GET /examples/", e.pages(pages))
	route := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, sameOrigin(h)) }
	route("GET /examples/chat/events", e.chat.events)
	route("GET /examples/chat/here", e.chat.show)
	route("GET /examples/reliable/events", e.counter.events)
	route("POST /examples/reliable/cut", e.counter.cut)
	route("POST /examples/sequence/start", e.sequence.start)
	route("GET /examples/device/state", e.device.show)
	route("POST /examples/device/state", e.device.change)
	if samples != nil {
		mux.Handle("GET /examples/samples/", samples)
	}
	return mux
}

// policy allows a page to use this server and nothing else: anybody may have
// published the messages that it shows.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// pages serves the files, and creates the channels that a page needs. So they
// have their colours, and exist also if the settings forbid that a publish or a
// subscription creates them.
// A file of the folder zh takes the place of the English one where the page is in
// Chinese.
func (e *Examples) pages(pages fs.FS) http.Handler {
	serve := http.StripPrefix("/examples/", http.FileServerFS(pages))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range pageChannels[r.URL.Path[len("/examples/"):]] {
			if _, err := e.ensureChannel(r.Context(), name); err != nil {
				e.Warn(r.Context(), "create the channels of an example", err)
			}
		}
		// The files are part of the program and have no date. Without this header
		// a browser would show the old ones after an update.
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Vary", "Accept-Language")
		w.Header().Set("Content-Security-Policy", policy)
		choice := ""
		if e.options.Language != nil {
			choice = e.options.Language()
		}
		if live.PageLanguage(choice, r.Header.Get("Accept-Language")) == "zh" {
			name := r.URL.Path[len("/examples/"):]
			if _, err := fs.Stat(pages, path.Join("zh", name)); err == nil && fs.ValidPath(path.Join("zh", name)) {
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = "/examples/zh/"+name, ""
			}
		}
		serve.ServeHTTP(w, r)
	})
}

// sameOrigin refuses requests from pages of other origins, also of those that
// --origins allows to publish. It refuses GET too, because a stream of the chat
// adds a name to it.
func sameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "same-origin", "none":
			next.ServeHTTP(w, r)
		default:
			Refuse(w, http.StatusForbidden, live.Errorf("other_site", "Another site may not use the examples."))
		}
	})
}

// stream passes a request on as GET /events/{channel}. The stream begins after
// the message with the number after, unless the client resumes. stream returns
// when the stream has ended.
func (e *Examples) stream(w http.ResponseWriter, r *http.Request, channel string, after int64) {
	if e.options.Events == nil {
		Refuse(w, http.StatusServiceUnavailable, ErrNotReady())
		return
	}
	r = r.Clone(r.Context())
	r.Form, r.PostForm = nil, nil // parsed from the old query
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "/events/"+channel, "", ""
	if r.Header.Get("Last-Event-ID") == "" {
		r.URL.RawQuery = "after=" + live.Position{Epoch: e.journal.Epoch(), Number: after}.String()
	}
	r.RequestURI = r.URL.RequestURI()
	e.options.Events.ServeHTTP(w, r)
}

// reply answers with v as JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// An error means that the client has gone.
	_ = json.NewEncoder(w).Encode(v)
}

// Refuse answers with an error in the form of the API.
func Refuse(w http.ResponseWriter, status int, err error) {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		e = live.Errorf("internal/example", "{reason}.", "reason", err).WithCause(err)
	}
	reply(w, status, map[string]*live.Error{"error": e})
}
