package console

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
)

const (
	// maxUpdate is about how many bytes of changed sources one answer holds.
	maxUpdate = 6 << 10
	// maxRemoved is how many removed sources are remembered. A screen that
	// missed more reads everything.
	maxRemoved = 1000
)

// A changeLog stores in which version each source last changed, so that a screen
// reads only what changed since its last answer. Its methods are called with mu
// held.
type changeLog struct {
	run string // identifies this start of the program: versions of another start mean nothing

	mu        sync.Mutex
	version   int64 // of the newest change
	sources   []sourceVersion
	removed   []removal // oldest first
	forgotten int64     // up to this version, removals are forgotten
}

// A sourceVersion is a source as the last request read it.
type sourceVersion struct {
	id      int64
	changed int64  // the version of its last change
	key     []byte // differs if the source has changed
	view    any    // the source as it is sent
}

type removal struct{ id, version int64 }

// A progress says which changes a screen has been sent. Sources are sent in rounds
// by id: a source that changes all the time then delays no other.
type progress struct {
	known int64 // every change up to this version was sent
	round int64 // the version in which the round began, 0 between rounds
	from  int64 // the last id that was sent in the round
}

// An update holds the changes after a progress.
type update struct {
	sources []any   // views, by id
	removed []int64 // ids
	whole   bool    // sources are all sources
	more    bool    // there are more changes than one answer holds
	next    string  // the progress after it
}

func newChangeLog() *changeLog { return &changeLog{run: rand.Text()[:8], version: 1} }

// note stores all sources as they are now, in order of their ids. A source has
// changed if its key has.
func (l *changeLog) note(now []sourceVersion) {
	next := l.version + 1
	changed := false
	old := l.sources
	for i := range now {
		for len(old) > 0 && old[0].id < now[i].id {
			l.removed = append(l.removed, removal{old[0].id, next})
			old, changed = old[1:], true
		}
		now[i].changed = next
		if len(old) > 0 && old[0].id == now[i].id {
			if bytes.Equal(old[0].key, now[i].key) {
				now[i].changed = old[0].changed
			}
			old = old[1:]
		}
		changed = changed || now[i].changed == next
	}
	for _, gone := range old {
		l.removed = append(l.removed, removal{gone.id, next})
		changed = true
	}
	if n := len(l.removed) - maxRemoved; n > 0 {
		l.forgotten = l.removed[n-1].version
		l.removed = slices.Delete(l.removed, 0, n)
	}
	l.sources = now
	if changed {
		l.version = next
	}
}

// since returns the changes after the progress of an earlier update, or all
// sources if text is no such progress. The sources in always are included even if
// they did not change.
func (l *changeLog) since(text string, always map[int64]bool) update {
	p, ok := l.parse(text)
	if !ok {
		u := update{whole: true, next: l.format(progress{known: l.version}), sources: []any{}, removed: []int64{}}
		for _, s := range l.sources {
			u.sources = append(u.sources, s.view)
		}
		return u
	}
	u := update{sources: []any{}, removed: []int64{}}
	for _, r := range l.removed {
		if r.version > p.known {
			u.removed = append(u.removed, r.id)
		}
	}
	if p.round == 0 {
		p.round, p.from = l.version, 0
	}
	size, full := 0, false
	for _, s := range l.sources {
		due := s.id > p.from && s.changed > p.known
		switch {
		case due && size > maxUpdate:
			full = true
		case due && !full:
			size += len(s.key)
			p.from = s.id
			u.sources = append(u.sources, s.view)
			continue
		}
		if always[s.id] {
			u.sources = append(u.sources, s.view)
		}
	}
	if u.more = full; !full {
		u.more = p.round < l.version
		p = progress{known: p.round}
	}
	u.next = l.format(p)
	return u
}

func (l *changeLog) format(p progress) string {
	return fmt.Sprintf("%s.%d.%d.%d", l.run, p.known, p.round, p.from)
}

// parse reads a progress. It returns false if that is of another start, or too
// old.
func (l *changeLog) parse(text string) (p progress, ok bool) {
	run, text, _ := strings.Cut(text, ".")
	if run != l.run {
		return p, false
	}
	n, err := fmt.Sscanf(text, "%d.%d.%d", &p.known, &p.round, &p.from)
	return p, err == nil && n == 3 && p.known >= l.forgotten && p.known <= l.version && p.round <= l.version
}
