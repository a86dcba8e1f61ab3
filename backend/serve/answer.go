package serve

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// answer answers with v as JSON.
func answer(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	writeJSON(w, status, append(body, '\n'))
	return nil
}

var ofJSON = http.Header{
	"Content-Type":  {"application/json"},
	"Cache-Control": {"no-store"},
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	maps.Copy(h, ofJSON)
	w.WriteHeader(status)
	// Who has gone does not miss the answer.
	_, _ = w.Write(body)
}

// done answers that there is nothing more to say.
func done(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// refuse answers with an error: what a caller can do something about in its
// own words, anything else in general ones and in the log.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
			return
		}
		s.config().Log.Error("answer a request", "method", r.Method, "path", r.URL.Path, "err", err)
		e = live.Errorf("internal", "Something went wrong inside Signalbox.").WithHint("Its log says what.")
	}
	status := statusOf(e)
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		after := "1"
		if strings.HasPrefix(e.Code, "too_many_") {
			after = "5"
		}
		w.Header().Set("Retry-After", after)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	// A live.Error holds texts only.
	_ = answer(w, status, map[string]*live.Error{"error": e})
}

// statusOf returns the HTTP status of an error's code. What is not listed is
// the caller's mistake.
func statusOf(e *live.Error) int {
	if errors.Is(e, journal.ErrClosed) {
		return http.StatusServiceUnavailable
	}
	switch e.Code {
	case "no_token", "wrong_token":
		return http.StatusUnauthorized
	case "other_site":
		return http.StatusForbidden
	case "not_found":
		return http.StatusNotFound
	case "bad_method":
		return http.StatusMethodNotAllowed
	case "name_taken", "fixed", "not_a_channel", "too_many_channels", "already_running":
		return http.StatusConflict
	case "other_epoch":
		return http.StatusGone
	case "too_large", "too_many_lines":
		return http.StatusRequestEntityTooLarge
	case "bad_content_type":
		return http.StatusUnsupportedMediaType
	case "other_host":
		return http.StatusMisdirectedRequest
	case "refused", "key_reused":
		return http.StatusUnprocessableEntity
	case "too_many_tries":
		return http.StatusTooManyRequests
	case "internal":
		return http.StatusInternalServerError
	case "bad_database", "cannot_open", "folder_gone", "disk_full", "disk_error", "read_only", "store_fault", "part_fault", "busy", "not_ready", "not_known",
		"too_many_connections", "too_many_streams", "busy_bodies", "busy_pages":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
