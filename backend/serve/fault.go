package serve

import (
	"maps"
	"slices"
	"sync"
)

// faults are the parts of the program that do not work, each with a sentence.
type faults struct {
	mu     sync.Mutex
	byPart map[string]string
}

// SetFault says in a sentence that a part of the program does not work, or
// with "" that it works again. It is shown in /healthz and /api/state.
func (s *Server) SetFault(part, sentence string) {
	f := &s.faults
	f.mu.Lock()
	if f.byPart == nil {
		f.byPart = make(map[string]string)
	}
	f.byPart[part] = sentence
	if sentence == "" {
		delete(f.byPart, part)
	}
	f.mu.Unlock()
	s.Changed()
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
