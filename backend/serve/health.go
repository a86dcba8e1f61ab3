package serve

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// healthz answers GET /healthz: 200 while everything works.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	stats := s.journal.Stats()
	if stats.Fault != "" {
		return live.Errorf("store_fault/health", "{reason}", "reason", stats.Fault)
	}
	if stats.Damage != "" {
		return live.Errorf("bad_database/damage", "{reason}", "reason", stats.Damage)
	}
	if faults := s.faults.list(); len(faults) > 0 {
		return live.Errorf("part_fault", "{reason}", "reason", strings.Join(faults, " "))
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// SetFault says in a sentence that a part of the program does not work, or
// with "" that it works again. It is shown in /healthz and /api/state.
func (s *Server) SetFault(part, sentence string) {
	s.faults.set(part, sentence)
	s.Changed()
}

// faults are the parts of the program that do not work, each with a sentence.
type faults struct {
	mu     sync.Mutex
	byPart map[string]string
}

func (f *faults) set(part, sentence string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byPart == nil {
		f.byPart = make(map[string]string)
	}
	f.byPart[part] = sentence
	if sentence == "" {
		delete(f.byPart, part)
	}
}

// list returns the sentences, in the order of the parts' names.
func (f *faults) list() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []string{}
	for _, part := range slices.Sorted(maps.Keys(f.byPart)) {
		list = append(list, f.byPart[part])
	}
	return list
}
