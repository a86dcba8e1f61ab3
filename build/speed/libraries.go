package main

import (
	"io"
	"net/http"

	r3labs "github.com/r3labs/sse/v2"
	gosse "github.com/tmaxmax/go-sse"
)

// The servers of the two libraries, as their documentation shows them: they
// keep nothing, and a publish is answered when the library has taken it.

func newR3labs() http.Handler {
	s := r3labs.New()
	s.AutoReplay = false // it would keep every event ever sent
	s.CreateStream("bench")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events/{source}", func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = "stream=" + r.PathValue("source")
		s.ServeHTTP(w, r)
	})
	mux.HandleFunc("POST /channels/{channel}/messages", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.Publish(r.PathValue("channel"), &r3labs.Event{Data: data})
		w.WriteHeader(http.StatusCreated)
	})
	return mux
}

func newGoSSE() http.Handler {
	s := &gosse.Server{OnSession: func(w http.ResponseWriter, r *http.Request) ([]string, bool) {
		// By itself it sends the head with the first event only.
		w.Header().Set("Content-Type", "text/event-stream")
		_ = http.NewResponseController(w).Flush()
		return []string{r.PathValue("source")}, true
	}}
	mux := http.NewServeMux()
	mux.Handle("GET /events/{source}", s)
	mux.HandleFunc("POST /channels/{channel}/messages", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		m := &gosse.Message{}
		m.AppendData(string(data))
		if err := s.Publish(m, r.PathValue("channel")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
	return mux
}
