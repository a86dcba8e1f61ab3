package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// WriteError answers with an error. A live.Error is written as it is. Any other
// error goes to the log, and the caller only learns that something went wrong.
func WriteError(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
			return
		}
		log.Error("answer a request", "method", r.Method, "path", r.URL.Path, "err", err)
		e = Internal()
	}
	status := Status(e)
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
	_ = WriteJSON(w, status, map[string]*live.Error{"error": e}) // a live.Error can always be encoded
}

// Internal returns the error for a fault of the program itself.
func Internal() *live.Error {
	return live.Errorf("internal", "Something went wrong inside Signalbox.").WithHint("Its log says what.")
}

// Status returns the HTTP status of an error's code. A code that is not listed
// is the caller's mistake: 400.
func Status(e *live.Error) int {
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
	case "name_taken", "fixed", "not_a_channel", "too_many_channels", "too_many_bookmarks", "already_running":
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
		"too_many_connections", "too_many_streams", "busy_bodies", "busy_pages", "busy_exports":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}
