package serve

import (
	"maps"
	"net/http"
	"slices"
	"sync"

	"signalbox/backend/live"
	"signalbox/backend/serve/httpapi"
)

// healthz answers GET /healthz: 200 while everything works.
func (s *Server) healthz(w http.ResponseWriter, r *http.Request) error {
	stats := s.journal.Stats()
	if stats.Fault != nil {
		return live.Errorf("store_fault/health", "{reason}", "reason", stats.Fault)
	}
	if stats.Damage != nil {
		return live.Errorf("bad_database/damage", "{reason}", "reason", stats.Damage)
	}
	if faults := s.faults.list(); len(faults) > 0 {
		return live.Errorf("part_fault", "{reason}", "reason", joined(faults))
	}
	return httpapi.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

func joined(texts []live.Text) live.Text {
	all := texts[0]
	for _, t := range texts[1:] {
		all = all.Then(t)
	}
	return all
}

// SetFault says that a part of the program does not work, or with the zero Text
// that it works again. It is shown in /healthz and /api/state.
func (s *Server) SetFault(part string, fault live.Text) {
	s.faults.set(part, fault)
	s.Changed()
}

// faults are the parts of the program that do not work, each with a sentence.
type faults struct {
	mu     sync.Mutex
	byPart map[string]live.Text
}

func (f *faults) set(part string, fault live.Text) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byPart == nil {
		f.byPart = make(map[string]live.Text)
	}
	f.byPart[part] = fault
	if fault == (live.Text{}) {
		delete(f.byPart, part)
	}
}

// list returns the sentences, in the order of the parts' names.
func (f *faults) list() []live.Text {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := []live.Text{}
	for _, part := range slices.Sorted(maps.Keys(f.byPart)) {
		list = append(list, f.byPart[part])
	}
	return list
}
