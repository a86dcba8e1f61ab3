package stream

import (
	"net/http"
	"strconv"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// A clientView is a client as /api/clients has it.
type clientView struct {
	ID       int64     `json:"id"`
	Address  string    `json:"address"`
	Sources  []string  `json:"sources"`
	Types    []string  `json:"types"`
	Filter   string    `json:"filter,omitempty"`
	Since    time.Time `json:"since"`
	Last     string    `json:"last,omitempty"` // the position of the last message sent
	Behind   int64     `json:"behind"`         // positions until the newest message
	Sent     int64     `json:"sent"`
	Bytes    int64     `json:"bytes"`
	Agent    string    `json:"agent"`
	Resumed  string    `json:"resumed,omitempty"`
	Protocol string    `json:"protocol"`
}

// ListClients answers GET /api/clients.
func (h *Hub) ListClients(w http.ResponseWriter, r *http.Request) error {
	views := []clientView{}
	for _, c := range h.clients.list() {
		v := clientView{
			ID: c.id, Address: c.address, Sources: append([]string{}, c.names...), Types: append([]string{}, c.types...),
			Filter: c.q, Since: c.since.UTC().Truncate(time.Microsecond),
			Sent: c.sent.Load(), Bytes: c.bytes.Load(), Agent: c.agent, Resumed: c.resumed, Protocol: c.protocol,
		}
		if n := c.last.Load(); n > 0 {
			v.Last = live.Position{Epoch: h.journal.Epoch(), Number: n}.String()
		}
		if cursor := c.cursor.Load(); cursor != nil {
			v.Behind = max(0, h.journal.Last()-cursor.Number())
		}
		views = append(views, v)
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]any{"clients": views})
}

// DisconnectClient answers DELETE /api/clients/{id}.
func (h *Hub) DisconnectClient(w http.ResponseWriter, r *http.Request) error {
	for _, c := range h.clients.list() {
		if strconv.FormatInt(c.id, 10) == r.PathValue("id") {
			c.end(errDisconnected)
			return httpapi.WriteNothing(w)
		}
	}
	return live.Errorf("not_found/client", "This client is not connected any more.")
}
