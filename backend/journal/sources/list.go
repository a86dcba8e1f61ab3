package sources

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// A List has all sources with their tallies. Call Load first. After that, the
// methods that read may be called from any goroutine, and those that change the
// list from the one that changes the store.
type List struct {
	mu      sync.RWMutex
	byID    map[int64]live.Source
	byName  map[string]int64 // without removed sources
	tallies map[int64]*live.Tally
	limited []int64 // the sources with limits of their own
	// namings has every naming since the start of the program, in order. A naming
	// is added before the first message under the name is committed.
	namings []naming
	version atomic.Int64
	// The sums of Kept and Bytes of all tallies.
	messages, bytes int64
}

// A naming records that a source got a name. Its messages under that name have
// greater numbers than after.
type naming struct {
	name          string
	source, after int64
}

// Load replaces the list by the store's sources and tallies.
func (l *List) Load(list []live.Source, tallies map[int64]live.Tally) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byID, l.byName = make(map[int64]live.Source), make(map[string]int64)
	l.tallies = make(map[int64]*live.Tally)
	l.messages, l.bytes = 0, 0
	for _, s := range list {
		l.put(s, 0)
		t := tallies[s.ID]
		l.tallies[s.ID] = &t
		l.messages, l.bytes = l.messages+t.Kept, l.bytes+t.Bytes
	}
}

// Put adds a source or changes one. last is the newest number committed.
func (l *List) Put(s live.Source, last int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(s, last)
}

// put is called with the lock held.
func (l *List) put(s live.Source, last int64) {
	old, ok := l.byID[s.ID]
	if ok && l.byName[old.Name] == s.ID {
		delete(l.byName, old.Name)
	}
	if !ok || old.Name != s.Name || old.Removed.IsZero() != s.Removed.IsZero() {
		if s.Removed.IsZero() {
			l.namings = append(l.namings, naming{s.Name, s.ID, last})
		}
		l.version.Add(1)
	}
	if limits := s.Keep != (live.Keep{}); limits != slices.Contains(l.limited, s.ID) {
		if limits {
			l.limited = append(l.limited, s.ID)
		} else {
			l.unlimit(s.ID)
		}
	}
	l.byID[s.ID] = s
	if s.Removed.IsZero() {
		l.byName[s.Name] = s.ID
	}
	if l.tallies[s.ID] == nil {
		l.tallies[s.ID] = new(live.Tally)
	}
}

// unlimit is called with the lock held.
func (l *List) unlimit(id int64) {
	l.limited = slices.DeleteFunc(l.limited, func(other int64) bool { return other == id })
}

// Delete deletes a source that has no messages left.
func (l *List) Delete(id int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.byID, id)
	delete(l.tallies, id)
	l.unlimit(id)
	l.version.Add(1)
}

// Version returns a number that grows whenever a source is added, removed,
// restored, renamed or deleted.
func (l *List) Version() int64 { return l.version.Load() }

// ByName looks a source up by its name; a removed one is not found.
func (l *List) ByName(name string) (live.Source, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	id, ok := l.byName[name]
	return l.byID[id], ok
}

// ByID looks a source up by its id; a removed one is found until its messages
// are gone.
func (l *List) ByID(id int64) (live.Source, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, ok := l.byID[id]
	return s, ok
}

// EverNamed returns the ids of the sources that have or had one of these names: also
// removed ones until their messages are gone, and those that were renamed since the
// start of the program.
func (l *List) EverNamed(names []string) []int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var ids []int64
	for id, s := range l.byID {
		if slices.Contains(names, s.Name) {
			ids = append(ids, id)
		}
	}
	for _, n := range l.namings {
		if _, ok := l.byID[n.source]; ok && slices.Contains(names, n.name) && !slices.Contains(ids, n.source) {
			ids = append(ids, n.source)
		}
	}
	return ids
}

// Exists reports whether there is a source with that id, and it is not removed.
func (l *List) Exists(id int64) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, ok := l.byID[id]
	return ok && s.Removed.IsZero()
}

// All returns the sources that are not removed, oldest first.
func (l *List) All() []live.Source {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list := make([]live.Source, 0, len(l.byName))
	for _, id := range l.byName {
		list = append(list, l.byID[id])
	}
	slices.SortFunc(list, func(a, b live.Source) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Restorable returns the removed sources that can be restored, the last removed
// first.
func (l *List) Restorable(now time.Time) []live.Source {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var list []live.Source
	for _, s := range l.byID {
		if !s.Removed.IsZero() && !IsLost(s, now) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b live.Source) int { return cmp.Or(b.Removed.Compare(a.Removed), cmp.Compare(b.ID, a.ID)) })
	return list
}

// Tally returns the counts of a source.
func (l *List) Tally(id int64) live.Tally {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if t := l.tallies[id]; t != nil {
		return *t
	}
	return live.Tally{}
}

// Total returns the number of messages kept and their size in bytes.
func (l *List) Total() (messages, bytes int64) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.messages, l.bytes
}

// Add adds committed messages to the tallies.
func (l *List) Add(ms []live.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range ms {
		if ms[i].Repeated {
			continue
		}
		m, size := &ms[i], int64(ms[i].Size())
		t := l.tallies[m.Source]
		t.Appended, t.Kept, t.Bytes = t.Appended+1, t.Kept+1, t.Bytes+size
		t.Last, t.LastAt = m.Number, m.Received
		l.messages, l.bytes = l.messages+1, l.bytes+size
	}
}

// Subtract subtracts trimmed messages from the tallies.
func (l *List) Subtract(trimmed map[int64]live.Tally) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, gone := range trimmed {
		if t := l.tallies[id]; t != nil {
			t.Kept, t.Bytes = t.Kept-gone.Kept, t.Bytes-gone.Bytes
		}
		l.messages, l.bytes = l.messages-gone.Kept, l.bytes-gone.Bytes
	}
}

// SetSeen sets how many messages of a source the user has seen.
func (l *List) SetSeen(id, seen int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tallies[id].Seen = seen
}
