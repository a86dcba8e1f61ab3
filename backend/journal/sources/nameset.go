package sources

import "slices"

// noSource is an id that no source has. It is the first id in a NameSet's list,
// because in a live.Filter an empty list means all sources.
const noSource = 0

// A NameSet has the sources that had one of some names when it was made or got
// one since. A source that loses its name stays in it. One goroutine may use it
// at a time.
type NameSet struct {
	list    *List
	names   []string
	version int64           // the list's version at the last Update
	namings int             // how many namings of the list Update has read
	ids     []int64         // the first is noSource
	after   map[int64]int64 // for each source that got its name since: its earlier messages, up to this number, are not in the set
}

// Follow returns a NameSet. All messages of the sources that have these names
// now are in it, including those from before they got the names.
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
// if they have lost it again, and drops deleted sources. It reports whether the
// list of sources has changed at all.
//
// A cursor calls Update after it has read messages and before it filters them:
// a source gets its name before its first message is committed, so Update then
// knows the source of each message that was read.
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

// Filter returns the ids of the sources for a live.Filter. The list is never
// empty: its first id belongs to no source.
func (n *NameSet) Filter() []int64 { return n.ids }

// IDs returns the ids of the sources.
func (n *NameSet) IDs() []int64 { return n.ids[1:] }

// After returns the number after which the messages of a source are in the set.
func (n *NameSet) After(source int64) int64 { return n.after[source] }
