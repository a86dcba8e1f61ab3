package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
)

// A Handler answers a request, or returns the error to answer with.
type Handler func(http.ResponseWriter, *http.Request) error

// WriteJSON answers with v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	WriteEncoded(w, status, append(body, '\n'))
	return nil
}

// The values of headers are shared by all answers: setting them is part of each
// publish.
var (
	jsonType = []string{"application/json"}
	noStore  = []string{"no-store"}
)

// WriteEncoded answers with JSON that is encoded already.
func WriteEncoded(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = jsonType
	if status != http.StatusCreated { // nobody stores the answer to a POST (RFC 9110, section 9.3.3)
		h["Cache-Control"] = noStore
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left does not miss the answer
}

// WriteNothing answers 204, No Content.
func WriteNothing(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// CloseConnection ends the connection of HTTP/1 after this answer. Over HTTP/2
// it does nothing: net/http would end all streams of the connection.
func CloseConnection(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor < 2 {
		w.Header().Set("Connection", "close")
	}
}

type windowKey struct{}

// WithWindow marks the requests of the desktop window, which nobody else can
// reach: they need no token and no share of a budget.
func WithWindow(ctx context.Context) context.Context {
	return context.WithValue(ctx, windowKey{}, true)
}

// FromWindow reports whether a request came from the desktop window.
func FromWindow(r *http.Request) bool { return r.Context().Value(windowKey{}) != nil }
