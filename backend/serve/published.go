package serve

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

// recent is how many publishes are remembered.
const recent = 50

// published are the last publishes through any door, also those refused.
type published struct {
	mu   sync.Mutex
	ring [recent]publishing
	n    int // publishes ever
}

// A publishing is one publish and what came of it.
type publishing struct {
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"`
	Event    string    `json:"event"`
	ID       string    `json:"id"`
	Position string    `json:"position"`
	Clients  int       `json:"clients"`
	Error    string    `json:"error"`
}

func (p *published) add(one publishing, err error) {
	one.At = now()
	if err != nil {
		one.Error = "It could not be committed."
		if e, ok := errors.AsType[*live.Error](err); ok {
			one.Error = e.Message
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring[p.n%recent] = one
	p.n++
}

// list returns them, newest first.
func (p *published) list() []publishing {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]publishing, 0, recent)
	for i := max(0, p.n-recent); i < p.n; i++ {
		list = append(list, p.ring[i%recent])
	}
	slices.Reverse(list)
	return list
}

func (s *Server) listPublished(w http.ResponseWriter, r *http.Request) error {
	return answer(w, http.StatusOK, map[string]any{"published": s.published.list()})
}
