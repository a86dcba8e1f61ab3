package serve

import (
	"net/http"
	"net/url"
	"strings"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

const (
	// tutorialChannel is where the addresses of the tutorials lead.
	tutorialChannel = "messages"
	addMessagePath  = "/add-message/"
)

// tutorialEvents answers GET /sse, the address of the well-known tutorials. A
// client that does not resume is first sent the newest message.
func (s *Server) tutorialEvents(w http.ResponseWriter, r *http.Request) error {
	return s.streams.Subscribe(w, r, []string{tutorialChannel}, true)
}

// addMessage answers /add-message/{text}: it publishes the text, as the
// well-known tutorials do. A GET changes something here; the guard keeps the
// pages of other sites from sending it.
func (s *Server) addMessage(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		return badMethod(r, http.MethodGet, http.MethodPost)
	}
	// A browser that loads in advance what somebody is still typing would
	// publish it twice.
	if strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose"), "prefetch") {
		return live.Errorf("not_ready/prefetch", "Messages are not published in advance.")
	}
	escaped := strings.TrimPrefix(r.URL.EscapedPath(), addMessagePath)
	text, err := url.PathUnescape(escaped)
	if err != nil {
		return live.Errorf("bad_data/address", "The text in the address cannot be read: {reason}.", "reason", err).WithField("text")
	}
	if text == "" {
		return live.Errorf("bad_data/no_text", "No text follows {path}.", "path", addMessagePath).WithField("text").
			WithHint("Write it as in {path}Hello.")
	}
	receipt, err := s.publishDraft(r.Context(), tutorialChannel, live.Draft{Data: text})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = http.StatusCreated
	}
	return httpapi.WriteJSON(w, status, struct {
		Message  string `json:"message"`
		Channel  string `json:"channel"`
		Data     string `json:"data"`
		Position string `json:"position"`
		ID       string `json:"id"`
		Clients  int    `json:"clients"`
	}{"Message added.", tutorialChannel, text, receipt.Position.String(), receipt.Position.String(), receipt.Clients}) // published without an id
}
