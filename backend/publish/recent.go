package publish

import (
	"errors"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"signalbox/backend/live"
)

const (
	recentCount = 50  // publishes that are remembered
	recentText  = 200 // bytes of each of their texts: what is refused must cost nothing
)

// A Publication is one publish and what came of it.
type Publication struct {
	At       time.Time `json:"at"`
	Channel  string    `json:"channel"`
	Event    string    `json:"event"`
	ID       string    `json:"id"`
	Position string    `json:"position"`
	Clients  int       `json:"clients"`
	Repeated bool      `json:"repeated,omitempty"` // a retry, which was not stored again
	Error    string    `json:"error"`
}

// recent are the last publishes.
type recent struct {
	mu   sync.Mutex
	ring [recentCount]Publication
	n    int // publishes ever
}

func (r *recent) add(one Publication, err error) {
	one.At = now()
	if err != nil {
		one.Error = "It could not be committed."
		if e, ok := errors.AsType[*live.Error](err); ok {
			one.Error = e.Message
		}
	}
	one.Channel, one.Event, one.ID, one.Error = cut(one.Channel), cut(one.Event), cut(one.ID), cut(one.Error)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ring[r.n%recentCount] = one
	r.n++
}

func (r *recent) list() []Publication {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Publication, 0, recentCount)
	for i := max(0, r.n-recentCount); i < r.n; i++ {
		list = append(list, r.ring[i%recentCount])
	}
	slices.Reverse(list)
	return list
}

// cut returns a short text as it is, and the beginning of a long one: a copy,
// because a part of a string keeps all of it in memory.
func cut(s string) string {
	if len(s) <= recentText {
		return s
	}
	n := recentText - len("…")
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return string(append([]byte(s[:n]), "…"...))
}
