package journal

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// undoable is how long a removed source can be restored.
const undoable = 10 * time.Minute

// sources is the list of sources with their tallies, in memory as the store has it.
type sources struct {
	mu      sync.RWMutex
	byID    map[int64]live.Source
	byName  map[string]int64 // of those that live
	tallies map[int64]*live.Tally
	// namings are all since the start of the program, in order. One is added
	// before the first message under the name is committed.
	namings []naming
	// version grows whenever a source is added, removed, restored or renamed.
	version atomic.Int64
	// messages and bytes are the sums of the tallies, of what is kept.
	messages, bytes int64
	limited         []int64 // sources with limits of their own
}

// A naming is a source getting a name: what it has under it is newer than the
// number after.
type naming struct {
	name          string
	source, after int64
}

func (s *sources) load(list []live.Source, tallies map[int64]live.Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID, s.byName = make(map[int64]live.Source), make(map[string]int64)
	s.tallies = make(map[int64]*live.Tally)
	s.messages, s.bytes = 0, 0
	for _, src := range list {
		s.put(src, 0)
		t := tallies[src.ID]
		s.tallies[src.ID] = &t
		s.messages, s.bytes = s.messages+t.Kept, s.bytes+t.Bytes
	}
}

// put is called with the lock held; last is the newest number.
func (s *sources) put(src live.Source, last int64) {
	old, ok := s.byID[src.ID]
	if ok && s.byName[old.Name] == src.ID {
		delete(s.byName, old.Name)
	}
	if !ok || old.Name != src.Name || old.Removed.IsZero() != src.Removed.IsZero() {
		if src.Removed.IsZero() {
			s.namings = append(s.namings, naming{src.Name, src.ID, last})
		}
		s.version.Add(1)
	}
	if limits := src.Keep != (live.Keep{}); limits != slices.Contains(s.limited, src.ID) {
		if limits {
			s.limited = append(s.limited, src.ID)
		} else {
			s.unlimit(src.ID)
		}
	}
	s.byID[src.ID] = src
	if src.Removed.IsZero() {
		s.byName[src.Name] = src.ID
	}
	if s.tallies[src.ID] == nil {
		s.tallies[src.ID] = new(live.Tally)
	}
}

// unlimit is called with the lock held.
func (s *sources) unlimit(id int64) {
	s.limited = slices.DeleteFunc(s.limited, func(other int64) bool { return other == id })
}

func (s *sources) lives(id int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	src, ok := s.byID[id]
	return ok && src.Removed.IsZero()
}

// count adds committed messages to the tallies.
func (s *sources) count(ms []live.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range ms {
		if ms[i].Repeated {
			continue
		}
		m, size := &ms[i], int64(ms[i].Size())
		t := s.tallies[m.Source]
		t.Appended, t.Kept, t.Bytes = t.Appended+1, t.Kept+1, t.Bytes+size
		t.Last, t.LastAt = m.Number, m.Received
		s.messages, s.bytes = s.messages+1, s.bytes+size
	}
}

// uncount takes what was trimmed off the tallies.
func (s *sources) uncount(gone map[int64]live.Tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, g := range gone {
		if t := s.tallies[id]; t != nil {
			t.Kept, t.Bytes = t.Kept-g.Kept, t.Bytes-g.Bytes
		}
		s.messages, s.bytes = s.messages-g.Kept, s.bytes-g.Bytes
	}
}

func (s *sources) sum() (messages, bytes int64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.messages, s.bytes
}

// Source looks a source up by its name; a removed one is not found.
func (j *Journal) Source(name string) (live.Source, bool) {
	s := &j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	id, ok := s.byName[name]
	return s.byID[id], ok
}

// SourcesVersion grows whenever a source is added, removed, restored or renamed.
func (j *Journal) SourcesVersion() int64 { return j.sources.version.Load() }

// SourceByID looks a source up by its id; a removed one is found until its messages are gone.
func (j *Journal) SourceByID(id int64) (live.Source, bool) {
	s := &j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	src, ok := s.byID[id]
	return src, ok
}

// Sources returns all that live, oldest first.
func (j *Journal) Sources() []live.Source {
	s := &j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := make([]live.Source, 0, len(s.byName))
	for _, id := range s.byName {
		list = append(list, s.byID[id])
	}
	slices.SortFunc(list, func(a, b live.Source) int { return int(a.ID - b.ID) })
	return list
}

// Tally returns what is counted of a source.
func (j *Journal) Tally(id int64) live.Tally {
	s := &j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t := s.tallies[id]; t != nil {
		return *t
	}
	return live.Tally{}
}

// AddSource adds a source and returns it with its id. It picks a colour
// where it is 0. Errors: "bad_name", "name_taken".
func (j *Journal) AddSource(ctx context.Context, s live.Source) (live.Source, error) {
	if err := live.CheckName(s.Name); err != nil {
		return live.Source{}, err
	}
	err := j.do(ctx, func() error {
		if _, taken := j.Source(s.Name); taken {
			return nameTaken(s.Name)
		}
		s.ID, s.Removed = 0, time.Time{}
		if s.Colour < 1 || s.Colour > live.Colours {
			s.Colour = j.colour()
		}
		if s.Created.IsZero() {
			s.Created = j.opt.Now()
		}
		s.Created = time.UnixMicro(s.Created.UnixMicro()).UTC()
		return j.put(&s)
	})
	return s, err
}

// ChangeSource gives a source another name, colour or Keep. Errors: "bad_name", "name_taken", "not_found".
func (j *Journal) ChangeSource(ctx context.Context, s live.Source) (live.Source, error) {
	if err := live.CheckName(s.Name); err != nil {
		return live.Source{}, err
	}
	var now live.Source
	err := j.do(ctx, func() error {
		var ok bool
		if now, ok = j.SourceByID(s.ID); !ok || !now.Removed.IsZero() {
			return notFound()
		}
		if other, taken := j.Source(s.Name); taken && other.ID != s.ID {
			return nameTaken(s.Name)
		}
		now.Name, now.Keep = s.Name, s.Keep
		if 1 <= s.Colour && s.Colour <= live.Colours {
			now.Colour = s.Colour
		}
		return j.put(&now)
	})
	if err == nil && now.Keep != (live.Keep{}) {
		select {
		case j.due <- struct{}{}:
		default: // a call is waiting already
		}
	}
	return now, err
}

// RemoveSource takes a source off the list. Its messages stay for ten
// minutes, in which RestoreSource brings it back. Error: "not_found".
func (j *Journal) RemoveSource(ctx context.Context, id int64) error {
	return j.do(ctx, func() error {
		s, ok := j.SourceByID(id)
		if !ok || !s.Removed.IsZero() {
			return notFound()
		}
		s.Removed = time.UnixMicro(j.opt.Now().UnixMicro()).UTC()
		return j.put(&s)
	})
}

// RestoreSource undoes a removal. Errors: "not_found" where it is too late,
// "name_taken" where another source has its name by now.
func (j *Journal) RestoreSource(ctx context.Context, id int64) (live.Source, error) {
	var s live.Source
	err := j.do(ctx, func() error {
		var ok bool
		if s, ok = j.SourceByID(id); !ok || j.lapsed(s) {
			return notFound()
		}
		if other, taken := j.Source(s.Name); taken && other.ID != id {
			return nameTaken(s.Name)
		}
		s.Removed = time.Time{}
		return j.put(&s)
	})
	return s, err
}

// lapsed says whether it is too late to restore a source: some of its
// messages may be gone.
func (j *Journal) lapsed(s live.Source) bool {
	return !s.Removed.IsZero() && j.store.Now().Sub(s.Removed) >= undoable
}

// SetSeen says that the user has seen everything of a source up to now.
func (j *Journal) SetSeen(ctx context.Context, source int64) error {
	return j.do(ctx, func() error {
		if _, ok := j.SourceByID(source); !ok {
			return notFound()
		}
		seen := j.Tally(source).Appended
		if err := j.store.PutSeen(ctx, source, seen); err != nil {
			return err
		}
		j.sources.mu.Lock()
		defer j.sources.mu.Unlock()
		j.sources.tallies[source].Seen = seen
		return nil
	})
}

// put saves a source and then shows it. Only in the writer goroutine.
func (j *Journal) put(s *live.Source) error {
	// Not the caller's context: it may end between the commit and its answer.
	saved, err := j.store.PutSource(context.Background(), *s)
	if err != nil {
		return err
	}
	*s = saved
	j.sources.mu.Lock()
	defer j.sources.mu.Unlock()
	j.sources.put(saved, j.last.Load())
	return nil
}

// colour returns the colour that the fewest sources have.
func (j *Journal) colour() int {
	var used [live.Colours + 1]int
	for _, s := range j.Sources() {
		used[s.Colour]++
	}
	best := 1
	for c := 2; c <= live.Colours; c++ {
		if used[c] < used[best] {
			best = c
		}
	}
	return best
}

func nameTaken(name string) error {
	return live.Errorf("name_taken", "Another source is called %q.", name).WithField("name").
		WithHint("Choose another name.")
}

func notFound() error {
	return live.Errorf("not_found", "This source does not exist, or was removed.")
}
