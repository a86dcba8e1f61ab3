package example

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"

	"signalbox/backend/live"
)

//go:embed pages
var files embed.FS

// Handler answers everything under /examples/, with that prefix in the path:
// the pages, their sources, and what they ask of the server beyond publishing
// and subscribing.
func (e *Examples) Handler() http.Handler {
	pages, err := fs.Sub(files, "pages")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux := http.NewServeMux()
	mux.Handle("GET /examples/", e.pages(pages))
	own := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, fromHere(h)) }
	own("GET /examples/chat/events", e.chat.events)
	own("GET /examples/chat/here", e.chat.who)
	own("GET /examples/reliable/events", e.reliable.events)
	own("POST /examples/reliable/cut", e.reliable.cut)
	own("POST /examples/sequence/start", e.sequence.start)
	own("GET /examples/device/state", e.device.show)
	own("POST /examples/device/state", e.device.change)
	mux.HandleFunc("GET /examples/samples/{name}", e.samples.serve)
	return mux
}

// policy lets a page use this server, and nothing and nobody else: what is
// published here may come from anywhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// pages serves the files, and makes the channels that a page needs: then they
// have their colours, and work where channels do not come into being by
// themselves.
func (e *Examples) pages(pages fs.FS) http.Handler {
	serve := http.StripPrefix("/examples/", http.FileServerFS(pages))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range opens[r.URL.Path[len("/examples/"):]] {
			if _, err := e.channel(r.Context(), name); err != nil {
				e.complain(r.Context(), "make the channels of an example", err)
			}
		}
		// The files come from the program: after an update the old ones, of
		// which a browser knows no date, must not stay.
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Security-Policy", policy)
		serve.ServeHTTP(w, r)
	})
}

// fromHere refuses requests that the page of another site makes: opening a
// stream in the chat is a GET, but changes who is here.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "", "same-origin", "none":
			next.ServeHTTP(w, r)
		default:
			refuse(w, http.StatusForbidden, live.Errorf("other_site", "Another site may not use the examples."))
		}
	})
}

// stream hands a request on as GET /events/{channel}, from the number on
// unless the client resumes. It returns when the stream has ended.
func (e *Examples) stream(w http.ResponseWriter, r *http.Request, channel string, after int64) {
	if e.opt.Events == nil {
		refuse(w, http.StatusServiceUnavailable, notReady())
		return
	}
	r = r.Clone(r.Context())
	r.Form, r.PostForm = nil, nil // else the old query would be read once more
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = "/events/"+channel, "", ""
	if r.Header.Get("Last-Event-ID") == "" {
		r.URL.RawQuery = "after=" + live.Position{Epoch: e.j.Epoch(), Number: after}.String()
	}
	r.RequestURI = r.URL.RequestURI()
	e.opt.Events.ServeHTTP(w, r)
}

// reply answers with JSON.
func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// Who does not read the answer does not miss it.
	_ = json.NewEncoder(w).Encode(v)
}

// refuse answers with an error in the API's form.
func refuse(w http.ResponseWriter, status int, err error) {
	var e *live.Error
	if !errors.As(err, &e) {
		e = live.Errorf("internal", "%s.", err.Error()).WithCause(err)
	}
	reply(w, status, map[string]*live.Error{"error": e})
}
