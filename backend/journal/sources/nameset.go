package sources

import "slices"

// noSource is the id of no source. It is the first of a NameSet's ids, because
// an empty list would mean all sources.
const noSource = 0

// A NameSet is the sources that have one of some names, or got one since the
// set was made. A source that loses its name stays in it. One goroutine may use
// it at a time.
type NameSet struct {
	list    *List
	names   []string
	version int64           // of the list, when it was last looked at
	namings int             // how many namings of the list were looked at
	ids     []int64         // the first is noSource
	after   map[int64]int64 // for a source that got its name since: its messages that count are newer than this number
}

// Follow returns a NameSet. What sources had before they got these names
// belongs to them.
func (l *List) Follow(names []string) NameSet {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := NameSet{list: l, names: names, ids: []int64{noSource}}
	for _, name := range names {
		if id, ok := l.byName[name]; ok {
			n.ids = append(n.ids, id)
		}
	}
	n.version, n.namings = l.version.Load(), len(l.namings)
	return n
}

// Update adds the sources that got one of the names since the last call, even
// if they have lost it again, and drops deleted ones. It reports whether the
// list of sources has changed at all.
//
// A reader calls it after it has taken messages and before it filters them: a
// source gets its name before its first message is committed, so the source of
// each message taken is known then.
func (n *NameSet) Update() bool {
	l := n.list
	if n.version == l.version.Load() {
		return false
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	ids := []int64{noSource}
	for _, id := range n.ids[1:] {
		if _, ok := l.byID[id]; ok {
			ids = append(ids, id)
		}
	}
	for _, naming := range l.namings[n.namings:] {
		if !slices.Contains(n.names, naming.name) || slices.Contains(ids, naming.source) {
			continue
		}
		ids = append(ids, naming.source)
		if n.after == nil {
			n.after = make(map[int64]int64)
		}
		n.after[naming.source] = naming.after
	}
	n.ids = ids
	n.version, n.namings = l.version.Load(), len(l.namings)
	return true
}

// Filter returns the ids of the sources for a live.Filter. It is never empty:
// the first is the id of no source.
func (n *NameSet) Filter() []int64 { return n.ids }

// IDs returns the ids of the sources.
func (n *NameSet) IDs() []int64 { return n.ids[1:] }

// After returns the number behind which the messages of a source belong to the
// set.
func (n *NameSet) After(source int64) int64 { return n.after[source] }
